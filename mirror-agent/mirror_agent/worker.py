"""A worker: inputs, mirror and account of one process."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

from .account import Account, Figure
from .inputs.connection import Bounds, Connection, Intake
from .inputs.ring import RingConnection, RingIntake
from .inputs.spoe import SpoeConnection, SpoeIntake
from .listener import Listener
from .log import Log
from .metrics import own_process
from .mirror import Mirror
from .settings.model import MIB, Address, Settings

_MESSAGE_DEADLINE = 10.0  # seconds for one message, and for the first
_HELD_BYTES = 64 * MIB  # of incomplete messages, per input
_QUIET = 0.25  # seconds without a request after which nothing more is on its way to a worker
_LAST_REQUESTS = 2.0  # seconds that this may take


class Worker:
    """All that one process does; the same whether it is alone or one of several."""

    def __init__(self, settings: Settings, account: Account | None = None) -> None:
        """Prepare; the account may be one that another process can look into."""
        self.settings = settings
        self.account = account or Account()
        self.draining = False
        self.taken = 0  # connections, until now
        self._log = Log("agent")
        self._intakes: dict[str, Intake] = {}
        self._makers: dict[str, Callable[[], Connection]] = {}
        self._listeners: list[Listener] = []
        self._arriving: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Build the mirror and what takes connections."""
        self.mirror = Mirror(self.settings, self.account)
        self.account.gauges.append(self._gauges)
        if (spec := self.settings.spoe) is not None:
            spoe = SpoeIntake("spoe", _bounds(spec.max_connections), self.account)
            spoe.prepare(self.mirror, spec.max_frame_size, spec.ack_variable)
            self._add(spoe, lambda: SpoeConnection(spoe))
        if (spec_of_ring := self.settings.ring) is not None:
            ring = RingIntake("ring", _bounds(spec_of_ring.max_connections), self.account)
            ring.prepare(self.mirror)
            self._add(ring, lambda: RingConnection(ring))

    def listen(self) -> None:
        """Accept connections itself; raises OSError where an address cannot be had."""
        for name, spec in (("spoe", self.settings.spoe), ("ring", self.settings.ring)):
            if spec is not None:
                self._listeners.append(self._listener(name, spec.listen))
        for listener in self._listeners:
            listener.resume()

    def take(self, name: str, sock: socket.socket) -> None:
        """Serve a connection that was accepted for an input."""
        self.taken += 1
        if self.draining:
            sock.close()
            return
        task = asyncio.get_running_loop().create_task(self._serve(name, sock))
        self._arriving.add(task)
        task.add_done_callback(self._arriving.discard)

    def connections(self, name: str) -> int:
        """Return how many connections an input has."""
        return len(self._intakes[name].connections) if name in self._intakes else 0

    @property
    def cannot_accept(self) -> bool:
        """Whether an input turns connections away for want of descriptors."""
        return any(listener.cannot_accept for listener in self._listeners)

    def reload(self, settings: Settings) -> None:
        """Take new settings; what only a restart can change stays."""
        if settings.fixed() != self.settings.fixed():
            self._log.warning(
                "inputs, metrics, workers and log stay as they are until the agent is restarted"
            )
        self.mirror.apply(settings)
        self.settings = settings
        self._log.info("configuration loaded again")

    async def drain(self) -> None:
        """End: listen no more, take what is on its way, send it within settings.drain."""
        self.draining = True
        for listener in self._listeners:
            listener.close()
        await self._silence()
        for intake in self._intakes.values():
            intake.close()
        await self.mirror.drain(self.settings.drain)
        for intake in self._intakes.values():
            if isinstance(intake, RingIntake):
                intake.settle()
        self._log.info("ended", **self._summary())

    def figures(self) -> list[Figure]:
        """Return the account and this process's own figures."""
        for intake in self._intakes.values():
            if isinstance(intake, RingIntake):
                intake.settle()
        return [*self.account.figures(), *own_process()]

    async def _silence(self) -> None:
        """Wait until HAProxy, whose health check now fails, sends no more requests."""
        loop = asyncio.get_running_loop()
        seen, since, deadline = -1, loop.time(), loop.time() + _LAST_REQUESTS
        while (
            any(intake.connections for intake in self._intakes.values()) and loop.time() < deadline
        ):
            count = self.account.requests.total()
            if count != seen:
                seen, since = count, loop.time()
            elif loop.time() - since >= _QUIET:
                return
            await asyncio.sleep(_QUIET / 5)

    def _add(self, intake: Intake, make: Callable[[], Connection]) -> None:
        self.account.add_input(intake.name)
        intake.sweep()
        self._intakes[intake.name] = intake
        self._makers[intake.name] = make

    def _listener(self, name: str, address: Address) -> Listener:
        def refused() -> None:
            self.account.closed[name]["descriptors"] += 1

        return Listener(name, address, lambda sock: self.take(name, sock), refused)

    async def _serve(self, name: str, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):  # the peer has left already
            await loop.connect_accepted_socket(self._makers[name], sock)

    def _gauges(self) -> Iterator[Figure]:
        for intake in self._intakes.values():
            yield "input_connections", (intake.name,), len(intake.connections)
            yield "held_bytes", (intake.name,), intake.held

    def _summary(self) -> dict[str, int]:
        """Return the last account, for the log: nobody can ask for the metrics any more."""
        summary = dict(self.account.requests)
        for name, tally in self.account.shadows.items():
            summary[f"{name}.received"] = tally.received
            summary[f"{name}.sent"] = tally.sent
            summary |= {f"{name}.dropped.{k}": v for k, v in tally.dropped.items() if v}
            summary |= {f"{name}.failed.{k}": v for k, v in tally.failed.items() if v}
        return summary


def _bounds(connections: int) -> Bounds:
    return Bounds(connections, max_held=_HELD_BYTES, deadline=_MESSAGE_DEADLINE)
