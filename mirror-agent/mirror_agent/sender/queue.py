"""The copies that wait for a connection: bounded by the pool, in number, bytes and time."""

from collections import deque
from time import monotonic

from ..account import QUEUE_TIME, Tally


class Queue:
    """Copies in the order of their coming; what waited too long is dropped and counted."""

    def __init__(self, tally: Tally, longest: float) -> None:
        """Let copies wait for `longest` seconds at most."""
        self.bytes = 0
        self._tally = tally
        self._longest = longest
        self._copies: deque[tuple[bytes, float]] = deque()  # with the time when each began to wait

    def __len__(self) -> int:
        """Return how many copies wait."""
        return len(self._copies)

    def add(self, copy: bytes) -> None:
        """Let a copy wait."""
        self._copies.append((copy, monotonic()))
        self.bytes += len(copy)

    def next(self) -> bytes | None:
        """Take the oldest copy that has not waited too long."""
        self.drop_overdue(monotonic())
        if not self._copies:
            return None
        copy, _ = self._copies.popleft()
        self.bytes -= len(copy)
        return copy

    def drop_overdue(self, now: float) -> None:
        """Drop what waited too long."""
        copies, oldest = self._copies, now - self._longest
        while copies and copies[0][1] < oldest:
            copy, _ = copies.popleft()
            self.bytes -= len(copy)
            self._tally.dropped[QUEUE_TIME] += 1

    def drop(self, reason: str) -> None:
        """Drop all."""
        self._tally.dropped[reason] += len(self._copies)
        self._copies.clear()
        self.bytes = 0
