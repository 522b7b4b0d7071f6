"""Copies on their way: those that wait, and those that GoReplay is sending.

GoReplay would queue without a bound in bytes, and it says of a copy only that it was answered. So
it is given no more copies at a time than it has connections, and one that is not answered in time
has failed.
"""

import threading
import time
from collections import deque
from typing import NamedTuple

from gor_middleware.account import QUEUE_BYTES, QUEUE_FULL, QUEUE_TIME, Account

ITEMS = 10_000
BYTES = 128 << 20  # waiting and in flight together
WAIT = 10.0  # seconds; who looks at a shadow does not expect older copies


class _Waiting(NamedTuple):
    until: float
    identity: bytes
    copy: bytes


class Outbox:
    """A bounded queue with at most `window` copies in flight, for `patience` seconds each."""

    def __init__(self, account: Account, window: int, patience: float) -> None:
        self._account = account
        self._window = window
        self._patience = patience
        # Both in the order of their deadlines; in flight are (deadline, size) by id.
        self._waiting: deque[_Waiting] = deque()
        self._flying: dict[bytes, tuple[float, int]] = {}
        self._bytes = 0
        self._changed = threading.Condition()
        self._closed = False

    @property
    def waiting(self) -> int:
        """Copies that wait."""
        with self._changed:
            return len(self._waiting)

    @property
    def held(self) -> int:
        """Copies that wait or are in flight."""
        with self._changed:
            return len(self._waiting) + len(self._flying)

    def put(self, identity: bytes, copy: bytes) -> None:
        """Queue a copy; what does not fit is dropped and counted."""
        with self._changed:
            if len(self._waiting) >= ITEMS:
                self._account.dropped(QUEUE_FULL)
            elif self._bytes and self._bytes + len(copy) > BYTES:
                self._account.dropped(QUEUE_BYTES)
            else:
                self._bytes += len(copy)
                self._waiting.append(_Waiting(time.monotonic() + WAIT, identity, copy))
                self._changed.notify()

    def get(self) -> tuple[bytes, bytes] | None:
        """Wait for the next (id, copy) that may be sent now; None after close."""
        with self._changed:
            while not self._closed:
                self._expire(time.monotonic())
                if self._waiting and len(self._flying) < self._window:
                    _, identity, copy = self._waiting.popleft()
                    self._fail(identity)  # of two with one id, whose answer it is is not known
                    self._flying[identity] = (time.monotonic() + self._patience, len(copy))
                    return identity, copy
                self._changed.wait(timeout=0.2)
            return None

    def answered(self, identity: bytes, status: bytes) -> None:
        """The shadow answered a copy."""
        with self._changed:
            flying = self._flying.pop(identity, None)
            if flying:
                self._bytes -= flying[1]
                self._account.sent(status)
                self._changed.notify()

    def close(self) -> None:
        """Let go of the sender."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _expire(self, now: float) -> None:
        while self._flying:
            identity, (deadline, _) = next(iter(self._flying.items()))
            if deadline > now:
                break
            self._fail(identity)
        while self._waiting and self._waiting[0].until <= now:
            self._bytes -= len(self._waiting.popleft().copy)
            self._account.dropped(QUEUE_TIME)

    def _fail(self, identity: bytes) -> None:
        flying = self._flying.pop(identity, None)
        if flying:
            self._bytes -= flying[1]
            self._account.failed()
