"""Being a worker of a supervisor: taking connections from it, and telling it what was done."""

import asyncio
import json
import os
import socket
from contextlib import suppress

from .alone import Reader, on_signals, report
from .log import Log
from .member import LINE_LIMIT, shared_account
from .settings.model import Settings
from .settings.nodes import ConfigError
from .worker import Worker

_BEAT = 0.1  # seconds
_BEATS_PER_REPORT = 10
_NAME = 16  # bytes of an input's name, at most
_AT_ONCE = 4  # descriptors in one message, at most


async def serve_as_member(settings: Settings, read: Reader, place: str) -> None:
    """Be a worker; `place` is INDEX:CHANNEL:HANDS:COUNTS, descriptors as Member.run passes them."""
    index, channel, hands, counts = (int(number) for number in place.split(":"))
    reader, writer = await asyncio.open_connection(
        sock=socket.socket(fileno=channel), limit=LINE_LIMIT
    )
    worker = Worker(settings, shared_account(counts))
    await worker.start()
    _take_connections(worker, socket.socket(fileno=hands))
    # Only the supervisor listens to signals; its end is seen as the end of the channel.
    on_signals(asyncio.Event(), lambda: None)
    Log("agent").info("ready", worker=index, process=os.getpid())

    voice = _Voice(worker, writer)
    beating = asyncio.create_task(voice.beat())
    while line := await reader.readline():
        what = json.loads(line)["do"]
        if what == "drain":
            break
        if what == "reload":
            _reload(worker, read)
        voice.tell()
    await worker.drain()
    beating.cancel()
    voice.tell()
    with suppress(OSError):
        await writer.drain()
    writer.close()


class _Voice:
    """What a worker tells its supervisor."""

    def __init__(self, worker: Worker, writer: asyncio.StreamWriter) -> None:
        self._worker = worker
        self._writer = writer

    def tell(self) -> None:
        """Tell all figures."""
        self._say(figures=self._worker.figures())

    async def beat(self) -> None:
        """Say that the worker is alive, all the time."""
        while True:
            self.tell()
            for _ in range(_BEATS_PER_REPORT):
                await asyncio.sleep(_BEAT)
                self._say()

    def _say(self, **more: object) -> None:
        worker = self._worker
        what = {"open": worker.connections("spoe"), "taken": worker.taken, **more}
        self._writer.write(json.dumps(what).encode() + b"\n")


def _reload(worker: Worker, read: Reader) -> None:
    try:
        worker.reload(read())
    except ConfigError as error:  # the file changed after the supervisor had read it
        report(Log("agent"), error)


def _take_connections(worker: Worker, hands: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    hands.setblocking(False)

    def take() -> None:
        try:
            name, descriptors, _, _ = socket.recv_fds(hands, _NAME, _AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return
        if not name:
            loop.remove_reader(hands.fileno())
            hands.close()
            return
        for descriptor in descriptors:
            sock = socket.socket(fileno=descriptor)
            sock.setblocking(False)
            worker.take(name.decode(), sock)

    loop.add_reader(hands.fileno(), take)
