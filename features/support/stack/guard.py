"""A process that ends services together with all they started, should the run be killed.

The kernel ends a service when its run dies, but not the workers that the service has started, and
some go on serving on their own (Nginx). The guard reads from the run which process groups there
are; the end of its input is the end of the run.
"""

import subprocess
from contextlib import suppress
from threading import Lock

_SCRIPT = """
groups=' '
while read -r what group; do
    case "$what$groups" in
    begin*) groups="$groups$group " ;;
    *" $group "*) groups="${groups%% $group *} ${groups#* $group }" ;;
    esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
"""
_ENDS_WITHIN = 5.0


class Guard:
    """Ends the process groups that it was told of; there is one while there are any."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._lock = Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def begin(self, group: int) -> None:
        """Watch over a group from now on."""
        with self._lock:
            if self._child is None:
                self._child = subprocess.Popen(
                    ["sh", "-c", _SCRIPT],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is for the run
                )
            self._groups.add(group)
            self._tell(f"begin {group}\n")

    def end(self, group: int) -> None:
        """Forget a group that has ended: its number may soon be another's."""
        with self._lock:
            if group not in self._groups:
                return
            self._groups.discard(group)
            self._tell(f"end {group}\n")
            if not self._groups and self._child is not None:
                with suppress(subprocess.TimeoutExpired):
                    self._child.communicate(timeout=_ENDS_WITHIN)
                self._child = None

    def _tell(self, line: str) -> None:
        if self._child is not None and self._child.stdin is not None:
            with suppress(OSError):  # somebody has killed it
                self._child.stdin.write(line.encode())
                self._child.stdin.flush()


GUARD = Guard()
