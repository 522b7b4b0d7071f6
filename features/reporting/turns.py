"""Who plays beside whom: most scenarios beside any other, some with nothing beside them."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_TURN, _ROOM, _CLOCK = 0, 1, 2  # bytes of a file that stand for a lock each


class Turns:
    """Locks that the processes of a run share; whoever holds one and dies has given it back.

    Who wants to be alone takes the turn and waits until the room is empty; whoever comes later
    waits for the turn.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the run

    @contextmanager
    def take(self, *, alone: bool) -> Iterator[None]:
        """Wait until one may play, and let nobody play beside what is alone."""
        self._lock(_TURN, fcntl.LOCK_EX)
        try:
            self._lock(_ROOM, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        finally:
            self._lock(_TURN, fcntl.LOCK_UN)
        try:
            yield
        finally:
            self._lock(_ROOM, fcntl.LOCK_UN)

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Wait until nobody else measures times; others may play all the same."""
        self._lock(_CLOCK, fcntl.LOCK_EX)
        try:
            yield
        finally:
            self._lock(_CLOCK, fcntl.LOCK_UN)

    def _lock(self, byte: int, kind: int) -> None:
        fcntl.lockf(self._file, kind, 1, byte)
