"""A keep-alive connection to a shadow: one copy at a time."""

import asyncio
from typing import Protocol, cast

from ..account import BAD_ANSWER, CLOSED
from ..buffered import BufferedConnection
from .answer import Answer, BadAnswer


class Owner(Protocol):
    """What a connection tells its pool."""

    def answered(self, status: int, since: float) -> None:
        """Note that the head of an answer arrived, to a copy sent at `since`."""

    def failed(self, reason: str, detail: str) -> None:
        """Note that a copy will have no answer."""

    def made(self, connection: "ShadowConnection") -> None:
        """Count a connection that is open from now on."""

    def free(self, connection: "ShadowConnection") -> None:
        """Take back a connection that can carry the next copy."""

    def gone(self, connection: "ShadowConnection") -> None:
        """Forget a connection that ended."""


class ShadowConnection(BufferedConnection):
    """One connection of a pool."""

    __slots__ = ("_answer", "_body_left", "_limit", "_owner", "busy", "since", "transport")

    def __init__(self, owner: Owner, answer_limit: int) -> None:
        """Belong to a pool; an answer longer than answer_limit bytes ends the connection."""
        self._owner = owner
        self._limit = answer_limit
        self._answer = Answer()
        self._body_left = 0
        self.transport: asyncio.Transport | None = None
        self.busy = False
        self.since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; the pool bounds how long."""
        self.transport = cast(asyncio.Transport, transport)
        self._owner.made(self)

    def send(self, copy: bytes, now: float) -> None:
        """Send a copy; now in seconds of the loop's clock. Only while not busy."""
        self.busy = True
        self.since = now
        self._body_left = self._limit
        self._answer.begin(head_only=copy.startswith(b"HEAD "))
        if self.transport is not None:
            self.transport.write(copy)

    def data_received(self, data: bytes) -> None:
        """Read on in the answer."""
        if not self.busy:
            self.end()  # nothing was asked
            return
        answer = self._answer
        heard = answer.status
        complete, problem = self._feed(data)
        if not heard and answer.status:
            self._owner.answered(answer.status, self.since)
        if complete:
            if answer.keep_alive:
                self.busy = False
                self._owner.free(self)
            else:
                self.end()
            return
        self._body_left -= len(data)
        if problem or self._body_left < 0:
            self.fail(BAD_ANSWER, problem or "an answer without end")

    def _feed(self, data: bytes) -> tuple[bool, str]:
        """Return whether the answer is complete, and what is wrong with it, if anything."""
        try:
            return self._answer.feed(data), ""
        except BadAnswer as error:
            return False, str(error)
        except Exception as error:  # one answer must not harm what other copies wait for
            return False, repr(error)

    @property
    def waiting(self) -> bool:
        """Whether a copy was sent whose answer has not begun."""
        return self.busy and not self._answer.status

    def eof_received(self) -> bool:
        """End at once: no answer can come any more, and the peer may never read what is left."""
        transport, self.transport = self.transport, None
        if transport is not None:
            transport.abort()
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Account for a copy that was on its way."""
        self.transport = None
        if self.waiting:
            self._owner.failed(CLOSED, str(error or "closed before the answer"))
        self.busy = False
        self._owner.gone(self)

    def fail(self, reason: str, detail: str) -> None:
        """Give the copy up, and the connection with it."""
        if self.waiting:
            self._owner.failed(reason, detail)
        self.end()

    def end(self) -> None:
        """Close without waiting for anything."""
        self.busy = False
        transport, self.transport = self.transport, None
        if transport is not None:
            transport.abort()
