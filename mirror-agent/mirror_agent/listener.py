"""A listening socket that hands on connections a few at a time, also when descriptors run out.

asyncio's own servers accept as many as wait, and where no descriptor is left they fail a thousand
times a second. Here one descriptor is kept in reserve: it lets a connection be accepted and closed,
so that its client learns of it.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .log import Log
from .settings.model import Address

Take = Callable[[socket.socket], None]

_BACKLOG = 1024
_AT_ONCE = 8  # connections accepted before others get their turn
_REST = 0.05  # seconds without accepting where descriptors have run out
_UNWELL = 1.0  # seconds after which a lack of descriptors is forgotten
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Listener:
    """Listens on one address, for one input."""

    def __init__(self, name: str, address: Address, take: Take, refused: Callable[[], None]):
        """Hand connections to `take`; `refused` counts those without a descriptor.

        Raises OSError where the address cannot be had.
        """
        self.name = name
        self._take = take
        self._refused = refused
        self._log = Log(name)
        self._loop = asyncio.get_running_loop()
        self._reserve = os.open(os.devnull, os.O_RDONLY)
        self._exhausted_at = -_UNWELL
        self._open = False
        self._sockets = _listening(address)
        self.address = Address(address.host, self._sockets[0].getsockname()[1])
        self._log.info("listening", input=name, address=str(self.address))

    @property
    def cannot_accept(self) -> bool:
        """Whether connections were turned away a moment ago for want of a descriptor."""
        return self._loop.time() - self._exhausted_at < _UNWELL

    def resume(self) -> None:
        """Accept from now on."""
        if not self._open:
            self._open = True
            for sock in self._sockets:
                self._loop.add_reader(sock.fileno(), self._accept, sock)

    def pause(self) -> None:
        """Let connections wait in the kernel."""
        if self._open:
            self._open = False
            for sock in self._sockets:
                self._loop.remove_reader(sock.fileno())

    def close(self) -> None:
        """Listen no more."""
        self.pause()
        for sock in self._sockets:
            sock.close()
        self._sockets = []
        if self._reserve >= 0:
            os.close(self._reserve)
            self._reserve = -1

    def _accept(self, sock: socket.socket) -> None:
        for _ in range(_AT_ONCE):
            try:
                connection, _peer = sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                self._turn_away(sock, error)
                return
            connection.setblocking(False)
            self._take(connection)

    def _turn_away(self, sock: socket.socket, error: OSError) -> None:
        """Use the descriptor in reserve to close who waits; then rest for a moment."""
        self._exhausted_at = self._loop.time()
        self._log.warning(
            "connections turned away", limit_by="descriptors", detail=error.strerror or "no memory"
        )
        if self._reserve >= 0:
            os.close(self._reserve)
            with suppress(OSError):
                sock.accept()[0].close()
                self._refused()
        try:
            self._reserve = os.open(os.devnull, os.O_RDONLY)
        except OSError:
            self._reserve = -1
        self.pause()
        self._loop.call_later(_REST, self._resume_if_open)

    def _resume_if_open(self) -> None:
        if self._sockets:
            self.resume()


def _listening(address: Address) -> list[socket.socket]:
    """Return listening sockets, one for each family of the address."""
    try:
        found = socket.getaddrinfo(
            address.host or None, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise OSError(error.errno, f"cannot listen on {address}: {error.strerror}") from error
    sockets: list[socket.socket] = []
    try:
        for family, kind, protocol, _, where in found:
            try:
                sock = socket.socket(family, kind, protocol)
            except OSError:
                continue  # this machine has no IPv6
            sockets.append(sock)
            _bind(sock, where)
    except OSError as error:
        for sock in sockets:
            sock.close()
        raise OSError(error.errno, f"cannot listen on {address}: {error.strerror}") from error
    return sockets


def _bind(sock: socket.socket, where: tuple[Any, ...]) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.setblocking(False)
    sock.bind(where)
    sock.listen(_BACKLOG)
