"""The service port of a recorder: its listener, connections, counters and present faults."""

import asyncio
import errno
import socket
from collections.abc import Mapping
from functools import partial
from time import time

from mirror_recorder.answer import Exchange
from mirror_recorder.connection import Connection
from mirror_recorder.faults import NO_FAULTS, Faults
from mirror_recorder.http1 import Head
from mirror_recorder.journal import Entry, Journal
from mirror_recorder.request_log import RequestLog

BACKLOG = 4096
# Fixed, so that the kernel does not grow it: a slow reader must be felt by the sender soon.
RECEIVE_BUFFER = 65536

_HEALTH = b"/healthz"


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket bound, not yet listening, to host:port; an empty host is every address.

    Raises OSError, at once for a busy port.
    """
    if host:
        return _bound(socket.AF_INET6 if ":" in host else socket.AF_INET, host, port)
    try:
        return _bound(socket.AF_INET6, "::", port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise
        return _bound(socket.AF_INET, "0.0.0.0", port)  # a machine without IPv6


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if host == "::":
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    return sock


class Service:
    """What plays primary or shadow. Counts requests, health checks and connections.

    `socks` are its ports by the names that the journal has for them: host, and a bound socket.
    """

    def __init__(
        self,
        name: str,
        socks: Mapping[str, tuple[str, socket.socket]],
        journal: Journal,
        log: RequestLog | None = None,
    ) -> None:
        self.name = name
        self._log = log
        self.journal = journal
        self.faults = NO_FAULTS
        self.requests = 0
        self.health_checks = 0
        self.malformed = 0
        self.accepted = 0
        self._addresses: dict[str, tuple[str, int]] = {
            door: (host, sock.getsockname()[1]) for door, (host, sock) in socks.items()
        }
        # The ports are ours even while they refuse: bound, but not listening.
        self._idle = {door: sock for door, (_, sock) in socks.items()}
        self._servers: list[asyncio.Server] = []
        self._connections: set[Connection] = set()
        self._changing = asyncio.Lock()

    @property
    def address(self) -> str:
        """Where the service listens, as host:port; more than one with "and" between."""
        return " and ".join(f"{host}:{port}" for host, port in self._addresses.values())

    @property
    def counters(self) -> dict[str, int]:
        """All counters, as the control port shows them."""
        return {
            "requests": self.requests,
            "health_checks": self.health_checks,
            "malformed": self.malformed,
            "evicted": self.journal.evicted,
            "connections": self.accepted,
            "open": len(self._connections),
        }

    @property
    def open(self) -> list[int]:
        """The connections that are open, by the numbers that the journal knows them by."""
        return sorted(each.number for each in self._connections)

    async def listen(self) -> None:
        """Accept connections. Raises OSError."""
        while self._idle:
            door, sock = self._idle.popitem()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            # asyncio sets TCP_NODELAY on what it accepts.
            server = await asyncio.get_running_loop().create_server(
                partial(Connection, self, door), sock=sock, backlog=BACKLOG
            )
            self._servers.append(server)

    async def _stop_accepting(self) -> None:
        """Take no more connections; what was accepted already still gets to `opened`.

        A server that closes in between would forget that connection, and Python 3.13 writes a
        traceback about it.
        """
        loop = asyncio.get_running_loop()
        for server in self._servers:
            for sock in server.sockets:
                loop.remove_reader(sock.fileno())
        await asyncio.sleep(0)  # the loop goes round once

    def close(self) -> None:
        """Close the listeners and reset all connections."""
        while self._servers:
            self._servers.pop().close()
        for connection in tuple(self._connections):
            connection.reset()

    async def misbehave(self, faults: Faults) -> None:
        """Replace the faults. Raises OSError when a port cannot be taken back."""
        async with self._changing:
            self.faults = faults if faults != NO_FAULTS else NO_FAULTS
            for connection in tuple(self._connections):
                connection.faults_changed()
            if not faults.refuse:
                await self.listen()
            elif self._servers:
                await self._stop_accepting()
                self.close()
                self._idle = {
                    door: bound_socket(*address) for door, address in self._addresses.items()
                }

    async def reset(self) -> None:
        """Behave again, forget the journal, count from zero. Raises OSError as misbehave does."""
        await self.misbehave(NO_FAULTS)
        self.journal.clear()
        self.journal.evicted = self.requests = self.health_checks = self.malformed = 0

    def faults_for(self, target: bytes) -> Faults:
        """The faults that hold for a raw target."""
        faults = self.faults
        if faults is NO_FAULTS or target.startswith(faults.prefix.encode("latin-1")):
            return faults
        return NO_FAULTS

    def begin(self, head: Head, connection: Connection) -> Exchange:
        """A request head arrived: count it and, unless it is a health check, journal it."""
        entry = Entry(head, time(), connection.number, connection.peer, connection.door)
        if head.target.partition(b"?")[0] == _HEALTH:
            self.health_checks += 1
        else:
            self.requests += 1
            self.journal.add(entry)
        return Exchange(head, entry, self.faults_for(head.target), self.requests)

    def ended(self, entry: Entry) -> None:
        """A request arrived whole, or was cut; health checks have no number and no line."""
        if self._log is not None and entry.n:
            self._log.ended(entry)

    def opened(self, connection: Connection) -> None:
        """A connection was accepted; one that slipped in before the listener closed is reset."""
        self.accepted += 1
        connection.number = self.accepted
        self._connections.add(connection)
        if self.faults.refuse:
            connection.reset()

    def closed(self, connection: Connection) -> None:
        """A connection is gone."""
        self._connections.discard(connection)
