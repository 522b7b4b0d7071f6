"""What the inputs share: a connection that keeps incomplete messages, within bounds.

Nothing a peer sends, or fails to send, may cost more than the bounds of its Intake: where there
are too many connections, the one that has been silent for longest gives way, or else the new one is
closed; an incomplete message has a deadline, and all incomplete messages together have a budget of
bytes. A peer that is gone is found by the kernel's probes.
"""

import asyncio
import socket
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from ..account import Account
from ..buffered import BufferedConnection
from ..log import Log

SWEEP_EVERY = 1.0
# Seconds of silence after which a connection gives way to a new one: one that never carried
# anything, and one that did.
_GIVE_WAY, _PROVEN_GIVE_WAY = 2.0, 10.0
_SEARCH_EVERY = 0.1  # seconds between searches for such connections, as each looks at all
_MOST_FOUND = 256
_PROBES = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}  # seconds, seconds, probes
LAST_WORDS = 1.0  # seconds that a peer has to read what was written before the end


@dataclass(frozen=True)
class Bounds:
    """What an input may hold.

    Connections, bytes of incomplete messages, seconds for one, and seconds of silence.
    """

    max_connections: int
    max_held: int
    deadline: float
    idle: float = 300.0


def probe(sock: socket.socket) -> None:
    """Let the kernel find out whether a silent peer is still there, within 90 s."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _PROBES.items():
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class Intake:
    """One input: its open connections, its bounds, and what went wrong on it."""

    idle_ends = True  # whether a connection that once carried something may be silent for long

    def __init__(self, name: str, bounds: Bounds, account: Account) -> None:
        """Have a name in account and logs, and bounds."""
        self.name = name
        self.bounds = bounds
        self.account = account
        self.log = Log(name)
        self.held = 0
        self.connections: set[Connection] = set()
        self.clock = asyncio.get_running_loop().time()  # as of the last sweep
        self._silent: list[Connection] = []
        self._searched = 0.0
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def errors(self) -> Counter[str]:
        """Connections that this input closed, by reason."""
        return self.account.closed[self.name]

    def sweep(self) -> None:
        """Close connections that are overdue or silent for too long, now and every second."""
        loop = asyncio.get_running_loop()
        self.clock = loop.time()
        overdue, silent = self.clock - self.bounds.deadline, self.clock - self.bounds.idle
        for connection in list(self.connections):
            if connection.waiting_since < overdue:
                connection.refuse("timeout", "nothing complete arrived in time")
            elif connection.heard < silent and (self.idle_ends or not connection.proven):
                connection.dismiss("idle", f"silent for {self.bounds.idle:g} s")
        self._sweeper = loop.call_later(SWEEP_EVERY, self.sweep)

    def make_room(self, newcomer: "Connection") -> None:
        """Let the connection that has been silent for longest give way, or refuse the new one."""
        found = self._longest_silent(newcomer, asyncio.get_running_loop().time())
        if found is None:
            newcomer.refuse("too_many", "too many connections")
        else:
            found.dismiss("gave_way", "too many connections, and this one was silent for longest")

    def _longest_silent(self, newcomer: "Connection", now: float) -> "Connection | None":
        """Return who gives way; who carried something, only where all did."""
        for _ in range(2):
            while self._silent:
                connection = self._silent.pop()
                if connection in self.connections and connection.gives_way(now):
                    return connection
            if now - self._searched < _SEARCH_EVERY:
                return None
            self._searched = now
            others = self.connections - {newcomer}
            strangers = [each for each in others if not each.proven]
            silent = [each for each in strangers or others if each.gives_way(now)]
            silent.sort(key=lambda each: each.heard)
            self._silent = silent[: _MOST_FOUND if strangers else 1][::-1]
        return None

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
        self.heard = asyncio.get_running_loop().time()
        self.proven = False  # whether it ever carried something well-formed
        self._full = False
        self._paused = False
        self._rest = bytearray()
        self._wanted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection; where there are too many, one has to go."""
        self.transport = cast(asyncio.Transport, transport)
        with suppress(OSError):  # the peer may be gone already
            probe(transport.get_extra_info("socket"))
        self.intake.connections.add(self)
        if len(self.intake.connections) > self.intake.bounds.max_connections:
            self.intake.make_room(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget the connection and what it had not completed."""
        self.transport = None
        self.intake.connections.discard(self)
        self._forget()

    def pause_writing(self) -> None:
        """Stop reading from a peer that does not read its answers."""
        self._full = True
        self._adjust()

    def resume_writing(self) -> None:
        """Read on: the peer has caught up."""
        self._full = False
        self._adjust()

    def pause(self, paused: bool) -> None:
        """Stop reading while there is work left of what was read, or read on."""
        self._paused = paused
        self._adjust()

    def _adjust(self) -> None:
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        if self._full or self._paused:
            transport.pause_reading()
        else:
            transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Consume complete messages; keep the rest for the next read."""
        self.heard = self.intake.clock
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

    def gives_way(self, now: float) -> bool:
        """Whether the connection has been silent for so long that a new one may replace it."""
        return self.heard < now - (_PROVEN_GIVE_WAY if self.proven else _GIVE_WAY)

    def dismiss(self, reason: str, message: str) -> None:
        """Close a silent connection as politely as at the agent's end; `reason` is counted."""
        self.intake.errors[reason] += 1
        self.intake.log.warning("connection closed", limit_by=reason, reason=reason, detail=message)
        self.goodbye()

    def goodbye(self) -> None:
        """Close the connection because the agent does not want it any more."""
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection after what was written; forget its incomplete message."""
        self._forget()
        self.intake.connections.discard(self)
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
