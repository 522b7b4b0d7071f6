"""Running with several workers: this process accepts, deals connections out, and watches.

HAProxy keeps few connections, and a kernel that deals them among listeners gives one worker most of
them. So this process accepts, and hands SPOE connections to its workers in turn. A log ring is one
connection whose lines are numbered, so the first worker reads all rings. A worker that dies or does
not respond is replaced, and what it had is counted as lost.
"""

import asyncio
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress

from . import log
from .account import Figure, add_up
from .alone import Reader, on_signals, report
from .listener import Listener
from .log import Log
from .member import Member
from .settings.model import Address, Settings
from .settings.nodes import ConfigError
from .web import Web

_RESTART_AFTER = 0.5  # seconds
_LOOK = 0.25  # seconds between looks at the workers
_LATE = 0.5  # seconds; where a look is later than that, this process was stopped itself
_LAST_WORDS = 5.0  # seconds that workers may take to end, besides `drain`


class Supervisor:
    """Keeps the configured number of workers up and gives them connections."""

    def __init__(self, settings: Settings, read: Reader, command: list[str]) -> None:
        """Start workers with `command`; `read` reads the configuration again for SIGHUP."""
        self._settings = settings
        self._read = read
        self._command = command
        self._log = Log("agent")
        self._members = [Member(index) for index in range(settings.workers)]
        self._next = 0
        self._listeners: list[Listener] = []
        self._buried: list[Figure] = [("worker_restarts", (), 0)]
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raises OSError where an address cannot be had."""
        on_signals(self._stop, self._reload)  # before anybody can see that the agent is there
        self._listen()
        web = Web(self._figures, self._health)
        if self._settings.metrics is not None:
            address = await web.start(self._settings.metrics)
            self._log.info("listening", input="metrics", address=str(address))
        keepers = [asyncio.create_task(self._keep(member)) for member in self._members]
        watching = asyncio.create_task(self._watch())
        await self._stop.wait()
        await self._end(keepers)
        watching.cancel()
        await web.close()

    async def _end(self, keepers: list[asyncio.Task[None]]) -> None:
        self._log.info("draining", within=self._settings.drain)
        for listener in self._listeners:
            listener.close()
        for member in self._members:
            if member.ready:
                member.tell("drain")
            else:
                member.kill()
        await asyncio.wait(keepers, timeout=self._settings.drain + _LAST_WORDS)
        for member in self._members:
            member.kill()
        await asyncio.gather(*keepers)

    async def _keep(self, member: Member) -> None:
        """Run a worker, and another one in its place should it die."""
        while not self._stop.is_set():
            try:
                code: int | str = await member.run(self._command)
            except OSError as error:
                code = str(error)
            names = [shadow.name for shadow in self._settings.shadows]
            self._buried = add_up([self._buried, member.bury(names)])
            if self._stop.is_set():
                return
            self._log.error("worker died, another takes its place", worker=member.index, code=code)
            self._buried = add_up([self._buried, [("worker_restarts", (), 1)]])
            with suppress(TimeoutError):
                async with asyncio.timeout(_RESTART_AFTER):
                    await self._stop.wait()

    async def _watch(self) -> None:
        """Replace workers that do not respond; accept while there is somebody to serve."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            self._open_or_close()
            await asyncio.sleep(_LOOK)
            late, last = loop.time() - last > _LOOK + _LATE, loop.time()
            for member in self._members:
                if late:
                    member.hear()
                elif member.lost:
                    self._log.error("worker does not respond and is killed", worker=member.index)
                    member.kill()

    def _open_or_close(self) -> None:
        """Let connections wait in the kernel while no worker can take them."""
        for listener in self._listeners:
            members = self._members[:1] if listener.name == "ring" else self._members
            if self._stop.is_set():
                return
            if any(member.ready and not member.stalled for member in members):
                listener.resume()
            else:
                listener.pause()

    def _listen(self) -> None:
        for name, spec in (("spoe", self._settings.spoe), ("ring", self._settings.ring)):
            if spec is not None:
                self._listeners.append(self._listener(name, spec.listen))

    def _listener(self, name: str, address: Address) -> Listener:
        def refused() -> None:
            self._buried = add_up([self._buried, [("closed", (name, "descriptors"), 1)]])

        return Listener(name, address, lambda sock: self._deal(name, sock), refused)

    def _deal(self, name: str, sock: socket.socket) -> None:
        """Give a connection to the next worker that takes it."""
        with sock:  # the worker has a descriptor of its own
            if not any(member.hand(name, sock) for member in self._in_turn(name)):
                # A reset: HAProxy 3.0 does not connect its ring again after an orderly end.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _in_turn(self, name: str) -> list[Member]:
        """Return who may take a connection, who has the fewest first.

        Not simply the next one: every second connection may be a health check, which ends at once.
        """
        if name == "ring":
            return self._members[:1]
        self._next = (self._next + 1) % len(self._members)
        turn = [*self._members[self._next :], *self._members[: self._next]]
        return sorted(turn, key=lambda member: member.connections)

    def _reload(self) -> None:
        try:
            settings = self._read()
        except ConfigError as error:
            report(self._log, error)
            return
        self._settings = settings
        for member in self._members:
            member.tell("reload")

    async def _figures(self) -> Iterable[Figure]:
        await asyncio.gather(*(member.ask() for member in self._members))
        own: list[Figure] = [("log_lines_dropped", (), log.dropped())]
        return add_up([self._buried, own, *(member.figures for member in self._members)])

    def _health(self) -> dict[str, object]:
        ready = sum(member.ready and not member.stalled for member in self._members)
        return {"status": self._status(), "workers": ready}

    def _status(self) -> str:
        if self._stop.is_set():
            return "draining"
        if not all(member.ready for member in self._members):
            return "starting"
        if any(member.stalled for member in self._members):
            return "stalled"
        if any(listener.cannot_accept for listener in self._listeners):
            return "cannot accept"
        return "ok"
