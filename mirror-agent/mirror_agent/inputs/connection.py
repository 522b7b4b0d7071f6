"""What the inputs share: a connection that keeps incomplete messages, within bounds.

Nothing a peer sends, or fails to send, may cost more than the bounds of its Intake: connections
beyond the maximum are closed at once, an incomplete message has a deadline, and all incomplete
messages together have a budget of bytes.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import cast

from ..account import Account
from ..buffered import BufferedConnection
from ..log import Log

SWEEP_EVERY = 1.0
LAST_WORDS = 1.0  # seconds that a peer has to read what was written before the end


@dataclass(frozen=True)
class Bounds:
    """What an input may hold: connections, bytes of incomplete messages, seconds for one."""

    max_connections: int
    max_held: int
    deadline: float


class Intake:
    """One input: its open connections, its bounds, and what went wrong on it."""

    def __init__(self, name: str, bounds: Bounds, account: Account) -> None:
        """Have a name in account and logs, and bounds."""
        self.name = name
        self.bounds = bounds
        self.account = account
        self.log = Log(name)
        self.held = 0
        self.connections: set[Connection] = set()
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def errors(self) -> Counter[str]:
        """Connections that this input closed, by reason."""
        return self.account.closed[self.name]

    def sweep(self) -> None:
        """Close connections whose incomplete message is overdue, now and every second."""
        loop = asyncio.get_running_loop()
        overdue = loop.time() - self.bounds.deadline
        for connection in list(self.connections):
            if connection.waiting_since < overdue:
                connection.refuse("timeout", "nothing complete arrived in time")
        self._sweeper = loop.call_later(SWEEP_EVERY, self.sweep)

    def close(self) -> None:
        """Say goodbye on every connection and stop sweeping."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connection in list(self.connections):
            connection.goodbye()


class Connection(BufferedConnection):
    """A connection whose messages may arrive in any pieces."""

    NEVER = float("inf")

    def __init__(self, intake: Intake) -> None:
        """Belong to an input."""
        self.intake = intake
        self.transport: asyncio.Transport | None = None
        self.waiting_since = self.NEVER
        self._rest = bytearray()
        self._wanted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection, or close it where there are too many."""
        self.transport = cast(asyncio.Transport, transport)
        self.intake.connections.add(self)
        if len(self.intake.connections) > self.intake.bounds.max_connections:
            self.refuse("too_many", "too many connections")

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget the connection and what it had not completed."""
        self.transport = None
        self.intake.connections.discard(self)
        self._forget()

    def pause_writing(self) -> None:
        """Stop reading from a peer that does not read its answers."""
        if self.transport is not None:
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Read on: the peer has caught up."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Consume complete messages; keep the rest for the next read."""
        rest = self._rest
        if rest:
            rest += data
            self.intake.held += len(data)
            if len(rest) < self._wanted:
                self._check_budget()
                return
            data = bytes(rest)
            self._forget()
        used, self._wanted = self.consume(data)
        if used < len(data) and self.transport is not None:
            self._keep(data[used:])

    def consume(self, data: bytes) -> tuple[int, int]:
        """Handle the complete messages in data.

        Returns how many bytes they took, and how many the next message needs at least.
        """
        raise NotImplementedError

    def refuse(self, reason: str, message: str) -> None:
        """Close the connection because of what the peer did; `reason` is counted."""
        self.intake.errors[reason] += 1
        self.intake.log.warning("connection closed", limit_by=reason, reason=reason, detail=message)
        self.hang_up()

    def goodbye(self) -> None:
        """Close the connection because the agent ends."""
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection after what was written; forget its incomplete message."""
        self._forget()
        transport, self.transport = self.transport, None
        if transport is not None:
            transport.close()
            if transport.get_write_buffer_size():
                asyncio.get_running_loop().call_later(LAST_WORDS, transport.abort)

    def _keep(self, rest: bytes) -> None:
        self._rest += rest
        self.intake.held += len(rest)
        self.waiting_since = asyncio.get_running_loop().time()
        self._check_budget()

    def _forget(self) -> None:
        self.intake.held -= len(self._rest)
        self._rest.clear()
        self.waiting_since = self.NEVER

    def _check_budget(self) -> None:
        if self.intake.held > self.intake.bounds.max_held:
            self.refuse("memory", "incomplete messages fill the memory set aside for them")
