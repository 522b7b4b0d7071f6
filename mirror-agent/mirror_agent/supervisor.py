"""Running with several workers: this process starts them, replaces dead ones, adds their figures.

Each worker is a process of its own that listens on the same ports (SO_REUSEPORT); the kernel deals
connections out. A log ring is one connection, so only the first worker reads rings. Supervisor and
worker talk over a socket pair, a JSON object a line; its end tells a worker that the supervisor is
gone.
"""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress

from .account import Figure, add_up
from .alone import Reader, on_signals, report
from .log import Log
from .settings.model import Settings
from .settings.nodes import ConfigError
from .web import Web
from .worker import Worker

_LINE_LIMIT = 1024 * 1024
_ANSWER_WITHIN = 1.0  # seconds for a worker to tell its figures
_REPORT_EVERY = 1.0  # seconds; what a worker that dies had counted since is not known
_RESTART_AFTER = 0.5  # seconds
_GAUGES = {"in_flight", "queued", "queued_bytes", "connections", "circuit_open", "workers"}
_GAUGES |= {"input_connections", "held_bytes", "resident_bytes", "open_files"}


class Member:
    """A worker process as the supervisor sees it."""

    def __init__(self, index: int) -> None:
        """Number a worker; the first is 0."""
        self.index = index
        self.ready = False
        self.figures: list[Figure] = []
        self.process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reported = asyncio.Event()

    async def run(self, command: list[str]) -> int:
        """Start the process and listen to it until it ends; returns its exit code."""
        ours, theirs = socket.socketpair()
        try:
            self.process = await asyncio.create_subprocess_exec(
                *command,
                "--worker",
                f"{self.index}:{theirs.fileno()}",
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # a terminal's Ctrl-C reaches the supervisor only
            )
        finally:
            theirs.close()
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=_LINE_LIMIT)
        try:
            while line := await reader.readline():
                self._take(json.loads(line))
        except (OSError, ValueError):
            self.process.kill()
        self.ready = False
        self._writer.close()
        return await self.process.wait()

    def tell(self, what: str) -> None:
        """Ask the worker for `figures`, to `reload`, or to `drain`."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(json.dumps({"do": what}).encode() + b"\n")

    async def ask(self) -> None:
        """Bring the figures up to date, if the worker answers in time."""
        if not self.ready:
            return
        self._reported.clear()
        self.tell("figures")
        with suppress(TimeoutError):
            async with asyncio.timeout(_ANSWER_WITHIN):
                await self._reported.wait()

    def bury(self) -> list[Figure]:
        """Return what a dead worker had counted; its gauges died with it."""
        figures, self.figures = self.figures, []
        return [figure for figure in figures if figure[0] not in _GAUGES]

    def _take(self, message: dict[str, list[list[object]]]) -> None:
        if "ready" in message:
            self.ready = True
        if "figures" in message:
            self.figures = [
                (str(name), tuple(labels), value)  # type: ignore[arg-type,misc]
                for name, labels, value in message["figures"]
            ]
            self._reported.set()


class Supervisor:
    """Keeps the configured number of workers up."""

    def __init__(self, settings: Settings, read: Reader, command: list[str]) -> None:
        """Start workers with `command`; `read` reads the configuration again for SIGHUP."""
        self._settings = settings
        self._read = read
        self._command = command
        self._log = Log("agent")
        self._members = [Member(index) for index in range(settings.workers)]
        self._buried: list[Figure] = [("worker_restarts", (), 0)]
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raises OSError where an address cannot be had."""
        self._try_addresses()
        web = Web(self._figures, self._health)
        if self._settings.metrics is not None:
            address = await web.start(self._settings.metrics)
            self._log.info("listening", input="metrics", address=str(address))
        on_signals(self._stop, self._reload)
        keepers = [asyncio.create_task(self._keep(member)) for member in self._members]
        await self._stop.wait()
        self._log.info("draining", within=self._settings.drain)
        for member in self._members:
            member.tell("drain")
        await asyncio.gather(*keepers)
        await web.close()

    async def _keep(self, member: Member) -> None:
        """Run a worker, and another one in its place should it die."""
        while not self._stop.is_set():
            code = await member.run(self._command)
            self._buried = add_up([self._buried, member.bury()])
            if self._stop.is_set():
                return
            self._log.error("worker died, another takes its place", worker=member.index, code=code)
            self._buried = add_up([self._buried, [("worker_restarts", (), 1)]])
            with suppress(TimeoutError):
                async with asyncio.timeout(_RESTART_AFTER):
                    await self._stop.wait()

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
        return add_up([self._buried, *(member.figures for member in self._members)])

    def _health(self) -> dict[str, object]:
        ready = sum(member.ready for member in self._members)
        status = "ok" if ready == len(self._members) else "starting"
        return {"status": "draining" if self._stop.is_set() else status, "workers": ready}

    def _try_addresses(self) -> None:
        """See that no other process has the workers' ports: SO_REUSEPORT would share them."""
        for spec in (self._settings.spoe, self._settings.ring):
            if spec is not None:
                family = socket.AF_INET6 if ":" in spec.listen.host else socket.AF_INET
                with socket.socket(family) as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    try:
                        probe.bind((spec.listen.host, spec.listen.port))
                    except OSError as error:
                        raise OSError(error.errno, f"cannot listen on {spec.listen}") from error


async def serve_as_member(settings: Settings, read: Reader, place: str) -> None:
    """Be a worker of a supervisor; place is INDEX:DESCRIPTOR as Member.run gives it."""
    index, _, descriptor = place.partition(":")
    channel = socket.socket(fileno=int(descriptor))
    reader, writer = await asyncio.open_connection(sock=channel, limit=_LINE_LIMIT)
    worker = Worker(settings, shared=True, ring=index == "0")
    await worker.start()
    # Only the supervisor listens to signals; its end is seen as the end of the channel.
    on_signals(asyncio.Event(), lambda: None)
    Log("agent").info("ready", worker=int(index), process=os.getpid())

    def tell() -> None:
        writer.write(json.dumps({"ready": True, "figures": worker.figures()}).encode() + b"\n")

    async def keep_telling() -> None:
        while True:
            tell()
            await asyncio.sleep(_REPORT_EVERY)

    telling = asyncio.create_task(keep_telling())
    while line := await reader.readline():
        what = json.loads(line)["do"]
        if what == "drain":
            break
        if what == "reload":
            worker.reload(read())
        tell()
    await worker.drain()
    telling.cancel()
    tell()
    with suppress(OSError):
        await writer.drain()


def worker_command(arguments: list[str]) -> list[str]:
    """Return the command of a worker with the agent's own arguments."""
    return [sys.executable, "-m", __package__, *arguments]
