"""Memory and open files of services, as the operating system counts them."""

import re
from dataclasses import dataclass

from features.support.scene import Scene

_SCRIPT = r"""
for p in {processes}; do
  [ -r /proc/$p/status ] || continue
  grep -h ^VmRSS: /proc/$p/status; echo files $(ls /proc/$p/fd | wc -l)
done
"""
_MEMORY = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)
_FILES = re.compile(r"^files (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Usage:
    """Resident memory in MB and open descriptors of all processes of some services."""

    memory: float
    files: int

    def __sub__(self, earlier: "Usage") -> "Usage":
        """Return how much both grew."""
        return Usage(self.memory - earlier.memory, self.files - earlier.files)


def of_gateway(scene: Scene) -> Usage:
    """Add up what the services of the gateway in front use."""
    services = scene.gateway.services if scene.gateway else ()
    each = [_of_service(scene, service.name) for service in services]
    return Usage(sum(u.memory for u in each), sum(u.files for u in each))


def _of_service(scene: Scene, service: str) -> Usage:
    script = _SCRIPT.format(processes=scene.stack.processes(service))
    said = scene.stack.exec(service, ["sh", "-c", script]).output
    memory = sum(int(kilobytes) for kilobytes in _MEMORY.findall(said)) / 1024
    return Usage(memory, sum(int(count) for count in _FILES.findall(said)))
