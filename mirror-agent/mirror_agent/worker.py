"""A worker: inputs, mirror and account of one process."""

import asyncio
import resource
from collections.abc import Callable, Iterator

from .account import Account, Figure
from .inputs.connection import Bounds, Connection, Intake
from .inputs.ring import RingConnection, RingIntake
from .inputs.spoe import SpoeConnection, SpoeIntake
from .log import Log
from .metrics import own_process
from .mirror import Mirror
from .settings.model import MIB, Address, Settings

_BACKLOG = 1024
_MESSAGE_DEADLINE = 10.0  # seconds for one message, and for the first
_HELD_BYTES = 64 * MIB  # of incomplete messages, per input
_SPARE_FILES = 64
_MANY_FILES = 1_000_000
_QUIET = 0.25  # seconds without a request after which nothing more is on its way to a worker
_LAST_REQUESTS = 2.0  # seconds that this may take


class Worker:
    """All that one process does; the same whether it is alone or one of several."""

    def __init__(self, settings: Settings, *, shared: bool = False, ring: bool = True) -> None:
        """Prepare; shared: other workers listen on the same ports; ring: this one reads rings."""
        self.settings = settings
        self.account = Account()
        self.draining = False
        self._shared = shared
        self._ring = ring and settings.ring is not None
        self._log = Log("agent")
        self._intakes: list[Intake] = []
        self._servers: list[asyncio.Server] = []

    async def start(self) -> None:
        """Build the mirror and listen; raises OSError where an address cannot be had."""
        self.mirror = Mirror(self.settings, self.account)
        self.account.gauges.append(self._gauges)
        if self.settings.spoe is not None:
            spoe = SpoeIntake(
                "spoe", self._bounds(self.settings.spoe.max_connections), self.account
            )
            spoe.prepare(
                self.mirror, self.settings.spoe.max_frame_size, self.settings.spoe.ack_variable
            )
            await self._listen(spoe, lambda: SpoeConnection(spoe), self.settings.spoe.listen)
        if self._ring and self.settings.ring is not None:
            ring = RingIntake(
                "ring", self._bounds(self.settings.ring.max_connections), self.account
            )
            ring.prepare(self.mirror)
            await self._listen(ring, lambda: RingConnection(ring), self.settings.ring.listen)

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
        for server in self._servers:
            server.close()
        await self._silence()
        for intake in self._intakes:
            intake.close()
        await self.mirror.drain(self.settings.drain)
        for intake in self._intakes:
            if isinstance(intake, RingIntake):
                intake.settle()
        self._log.info("ended", **self._summary())

    def figures(self) -> list[Figure]:
        """Return the account and this process's own figures."""
        for intake in self._intakes:
            if isinstance(intake, RingIntake):
                intake.settle()
        return [*self.account.figures(), *own_process()]

    async def _silence(self) -> None:
        """Wait until HAProxy, whose health check now fails, sends no more requests."""
        loop = asyncio.get_running_loop()
        seen, since, deadline = -1, loop.time(), loop.time() + _LAST_REQUESTS
        while any(intake.connections for intake in self._intakes) and loop.time() < deadline:
            count = self.account.requests.total()
            if count != seen:
                seen, since = count, loop.time()
            elif loop.time() - since >= _QUIET:
                return
            await asyncio.sleep(_QUIET / 5)

    async def _listen(
        self, intake: Intake, make: Callable[[], Connection], address: Address
    ) -> None:
        self.account.add_input(intake.name)
        server = await asyncio.get_running_loop().create_server(
            make,
            address.host or None,
            address.port,
            backlog=_BACKLOG,
            reuse_port=self._shared or None,
        )
        intake.sweep()
        self._intakes.append(intake)
        self._servers.append(server)
        real = Address(address.host, server.sockets[0].getsockname()[1])
        self._log.info("listening", input=intake.name, address=str(real))

    def _bounds(self, wanted: int) -> Bounds:
        """Return an input's bounds; it cannot have more connections than there are descriptors."""
        most = max(1, _open_files() - self._outgoing() - _SPARE_FILES)
        if wanted > most:
            self._log.warning(
                "fewer connections than configured: the limit of open files is too low",
                max_connections=most,
                configured=wanted,
            )
        return Bounds(min(wanted, most), max_held=_HELD_BYTES, deadline=_MESSAGE_DEADLINE)

    def _outgoing(self) -> int:
        return sum(shadow.connections for shadow in self.settings.shadows)

    def _gauges(self) -> Iterator[Figure]:
        for intake in self._intakes:
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


def _open_files() -> int:
    """Raise the limit of open files as far as allowed and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        return _MANY_FILES if soft == resource.RLIM_INFINITY else soft
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
