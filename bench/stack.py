"""One gateway between fast services: what is measured, and the conditions it is brought into."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bench.origins import Origin
from bench.rows import DEAD, FROZEN, LATE, TOOL_DEAD, WELL
from features.support import options
from features.support.gateways.model import Gateway
from features.support.stack.local import LocalStack
from features.support.waiting import watch
from features.support.wire.client import ClientError, request, send

_FLOW_WITHIN = 15.0
_ANSWERS_WITHIN, _AT_ONCE, _IN_A_ROW = 5.0, 0.25, 5


def on_one_thread(gateway: Gateway) -> Gateway:
    """Return the gateway with one thread that serves clients, where it can have one.

    Clients, primary and shadow need the other core.
    """
    narrowed = gateway.one_thread
    if narrowed is None:
        return gateway
    services = (narrowed(s) if s.name == gateway.front else s for s in gateway.services)
    return replace(gateway, services=tuple(services))


class _Stack(LocalStack):
    """A local stack whose primary and shadow are fast services instead of recorders."""

    def use(self, name: str, origin: Origin) -> None:
        """Let an origin play a service."""
        self._processes[name] = origin.process
        for port in ("service", "second", "control"):
            self._addresses[name, port] = origin.address

    def seconds(self, service: str) -> float:
        """Return the CPU time that all processes of a service have used."""
        family = {each.pid: each for each in self._processes[service].family()}
        for member in list(family.values()):  # workers may have sessions of their own
            with suppress(psutil.Error):
                family |= {each.pid: each for each in member.children(recursive=True)}
        return sum(map(_cpu, family.values()))


def _cpu(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.Error:
        return 0.0
    return used.user + used.system


def why_not(gateway: Gateway) -> str | None:
    """Return why a gateway cannot be measured on this machine, None when it can."""
    return LocalStack(options.parse({"stack": "local"})).why_not(gateway)


def version(gateway: Gateway) -> str:
    """Return the name and the version of the gateway's program."""
    (told,) = LocalStack(options.parse({"stack": "local"})).outlook([gateway])
    (title,) = (each.title for each in gateway.services if each.name == gateway.front)
    return f"{title} {told.removeprefix(gateway.name).strip()}"


def conditions_of(gateway: Gateway) -> list[str]:
    """Return the conditions that can concern a gateway, in the order they must come."""
    shadow = [LATE, DEAD] if gateway.mirrors else []
    return [WELL, *shadow, *([FROZEN, TOOL_DEAD] if gateway.tool else [])]


class Subject:
    """A running gateway that is measured, with its services."""

    def __init__(self, gateway: Gateway, directory: Path) -> None:
        self.gateway = gateway
        self._stack = _Stack(options.parse({"stack": "local"}))
        self._primary = Origin("primary", directory)
        self._shadow = Origin("shadow", directory)
        self._stack.use("primary", self._primary)
        self._stack.use("shadow", self._shadow)

    def start(self) -> None:
        """Start everything, and wait until copies arrive; raises StackError."""
        self._primary.start()
        self._shadow.start()
        self._stack.start(on_one_thread(self.gateway))
        self.await_flow()

    def down(self) -> None:
        """Stop everything."""
        self._stack.down()

    def url(self, route: str) -> str:
        """Return where clients reach a route."""
        return f"http://{self._stack.address(self.gateway.front, self.gateway.entry)}/api/{route}"

    def cpu(self) -> tuple[float, float]:
        """Return the seconds of CPU used so far by the gateway, and by the tools beside it."""
        used = {each.name: self._stack.seconds(each.name) for each in self.gateway.services}
        return used.pop(self.gateway.front), sum(used.values())

    def requests(self) -> int:
        """Return how many requests the primary has got since its start."""
        return self._primary.requests()

    def copies(self) -> int | None:
        """Return how many requests the shadow has got since its start, None if it can get none."""
        able = self.gateway.mirrors and self._shadow.process.running
        return self._shadow.requests() if able else None

    def await_flow(self) -> None:
        """Wait until copies arrive, so that no start falls into what is measured."""
        if not self.gateway.mirrors:
            return
        before = self._shadow.requests()
        entry = self._stack.address(self.gateway.front, self.gateway.entry)

        def arrived() -> int:
            send(entry, request("GET", "/api/v1"))
            return self._shadow.requests() - before

        outcome = watch(arrived, lambda count: count > 0, _FLOW_WITHIN, every=0.1)
        if not outcome.met:
            raise ValueError(f"{self.gateway.name}: no copy arrived {outcome}")

    def await_answers(self) -> None:
        """Wait until clients are answered at once again, but not for long if they are not."""
        entry = self._stack.address(self.gateway.front, self.gateway.entry)
        streak = 0

        def answered() -> int:
            nonlocal streak
            try:
                well = send(entry, request("GET", "/api/v1"), timeout=_AT_ONCE).status == 200
            except ClientError:
                well = False
            streak = streak + 1 if well else 0
            return streak

        watch(answered, lambda count: count >= _IN_A_ROW, _ANSWERS_WITHIN)

    def _well(self) -> None:
        self._shadow.start()
        self.await_flow()

    def _late(self) -> None:
        self._shadow.start(slow=True)

    def _dead(self) -> None:
        self._shadow.process.stop()

    def _tool_frozen(self) -> None:
        self._well()
        self._stack.pause(str(self.gateway.tool))

    def _tool_dead(self) -> None:
        self._stack.stop(str(self.gateway.tool))

    def begin(self, condition: str) -> None:
        """Bring the gateway into a condition, in the order of `conditions_of`."""
        ways = {
            LATE: self._late,
            DEAD: self._dead,
            FROZEN: self._tool_frozen,
            TOOL_DEAD: self._tool_dead,
        }
        if condition in ways:
            ways[condition]()


@contextmanager
def running(gateway: Gateway) -> Iterator[Subject]:
    """Yield the gateway, running with a primary and a shadow that are well."""
    with TemporaryDirectory(prefix="bench-") as directory:
        subject = Subject(gateway, Path(directory))
        try:
            subject.start()
            yield subject
        finally:
            subject.down()
