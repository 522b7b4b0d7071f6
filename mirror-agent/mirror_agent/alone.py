"""Running with one worker: this process is it, and serves its own metrics."""

import asyncio
import signal
from collections.abc import Callable, Iterable

from .account import Figure
from .log import Log
from .settings.model import Settings
from .settings.nodes import ConfigError
from .web import Web
from .worker import Worker

Reader = Callable[[], Settings]


async def run(settings: Settings, read: Reader) -> None:
    """Serve until SIGTERM or SIGINT; `read` reads the configuration again for SIGHUP.

    Raises OSError where an address cannot be had.
    """
    log = Log("agent")
    worker = Worker(settings)

    async def figures() -> Iterable[Figure]:
        return worker.figures()

    def health() -> dict[str, object]:
        status = "cannot accept" if worker.cannot_accept else "ok"
        return {"status": "draining" if worker.draining else status, "workers": 1}

    def reload() -> None:
        try:
            worker.reload(read())
        except ConfigError as error:
            report(log, error)

    web = Web(figures, health)
    await worker.start()
    stop = asyncio.Event()
    on_signals(stop, reload)  # before anybody can see that the agent is there
    worker.listen()
    if settings.metrics is not None:
        address = await web.start(settings.metrics)
        log.info("listening", input="metrics", address=str(address))
    log.info("ready", workers=1)
    await stop.wait()
    log.info("draining", within=settings.drain)
    await worker.drain()
    await web.close()


def on_signals(stop: asyncio.Event, reload: Callable[[], None]) -> None:
    """SIGTERM and SIGINT set the event, SIGHUP calls reload."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, reload)


def report(log: Log, error: ConfigError) -> None:
    """Log why a configuration is not taken."""
    for problem in error.problems:
        log.error("configuration not taken, the old one stays", problem=problem)
