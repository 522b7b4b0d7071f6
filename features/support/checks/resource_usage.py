"""Memory and open files of services, as the operating system counts them.

Memory is the most that a process has held since `at_rest`: what it holds when a scenario looks may
be little again. Where the peak cannot be set back (a process of another user's) it is the most
since the process began.
"""

import re
from dataclasses import dataclass

from features.support.scene import Scene
from features.support.waiting import watch

_SCRIPT = r"""
for p in {processes}; do
  [ -r /proc/$p/status ] || continue
  {reset}
  grep -h ^VmHWM: /proc/$p/status; echo files $(ls /proc/$p/fd | wc -l)
done
"""
# proc(5): 5 sets the peak, VmHWM, to what is resident now.
_RESET = "{ echo 5 >/proc/$p/clear_refs; } 2>/dev/null || :"
_MEMORY = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
_FILES = re.compile(r"^files (\d+)$", re.MULTILINE)


_TICK, _CALM_WITHIN = 0.2, 3.0  # seconds between two looks, and until they must be alike


@dataclass(frozen=True)
class Usage:
    """Peak of resident memory in MB, and open descriptors of all processes of some services."""

    memory: float
    files: int

    def __sub__(self, earlier: "Usage") -> "Usage":
        """Return how much both grew."""
        return Usage(self.memory - earlier.memory, self.files - earlier.files)

    def __str__(self) -> str:
        """Return both with their units."""
        return f"{self.memory:.0f} MB and {self.files} open files"


def at_rest(scene: Scene) -> Usage:
    """Add up what the services of the gateway in front use, and watch their peaks from here.

    What they still hold of an earlier scenario is let go first.
    """
    files: list[int] = []

    def look() -> Usage:
        now = _of_gateway(scene, _RESET)
        files.append(now.files)
        return now

    return watch(look, lambda _: len(set(files[-2:])) < len(files[-2:]), _CALM_WITHIN, _TICK).value


def since(scene: Scene, earlier: Usage) -> Usage:
    """Return by how much they have grown at most since they were at rest."""
    return _of_gateway(scene, ":") - earlier


def _of_gateway(scene: Scene, reset: str) -> Usage:
    services = scene.gateway.services if scene.gateway else ()
    each = [_of_service(scene, service.name, reset) for service in services]
    return Usage(sum(u.memory for u in each), sum(u.files for u in each))


def _of_service(scene: Scene, service: str, reset: str) -> Usage:
    script = _SCRIPT.format(processes=scene.stack.processes(service), reset=reset)
    said = scene.stack.exec(service, ["sh", "-c", script]).output
    memory = sum(int(kilobytes) for kilobytes in _MEMORY.findall(said)) / 1024
    return Usage(memory, sum(int(count) for count in _FILES.findall(said)))
