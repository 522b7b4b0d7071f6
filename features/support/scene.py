"""What one scenario has done so far: what was sent through which gateway, and what came back."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import partial

from features.support.errors import CannotFindOutError, MissingAbilityError
from features.support.gateways.account import Account
from features.support.gateways.model import Gateway
from features.support.gateways.stats import Stats
from features.support.stack import Stack
from features.support.stack.readiness import await_route
from features.support.stack.service import RECORDERS
from features.support.telling import told
from features.support.waiting import watch
from features.support.wire.client import (
    Address,
    ClientError,
    Exchange,
    in_turn,
    request,
    send_at_once,
    send_in_halves,
)
from features.support.wire.exchange import Answer, Received, Sent
from features.support.wire.protocols import PROTOCOLS, Door, Protocol
from features.support.wire.recorder import Fault, Recorder

_FLOW_WITHIN = 12.0  # seconds until a way of mirroring has got over a fault
_PROBES = 6  # each thread of a gateway may find out for itself that the shadow is back
_COPY_WITHIN = 0.5
_LAST_WORDS = 3  # lines


@dataclass
class Scene:
    """The stack as one scenario uses it."""

    stack: Stack
    exchanges: list[Exchange] = field(default_factory=list)
    gateway: Gateway | None = None
    protocol: Protocol = PROTOCOLS["HTTP/1.1"]  # that clients speak
    noted: Account | None = None  # what the way of mirroring had counted before the scenario
    _changes: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        """Make both recorders known by their names."""
        self.recorders = {
            each.name: Recorder(each.name, partial(self.stack.address, each.name))
            for each in RECORDERS
        }

    @property
    def primary(self) -> Recorder:
        """Return the recorder that plays the primary."""
        return self.recorders["primary"]

    @property
    def shadow(self) -> Recorder:
        """Return the recorder that plays the shadow."""
        return self.recorders["shadow"]

    @property
    def in_front(self) -> Gateway:
        """Return the gateway in front; raises CannotFindOutError when none has been chosen."""
        if self.gateway is None:
            raise CannotFindOutError("no gateway has been chosen yet")
        return self.gateway

    @property
    def maker(self) -> str:
        """Return the service that makes the copies: the tool, or the gateway itself."""
        return self.in_front.tool or self.in_front.front

    @property
    def entry(self) -> Address:
        """Return where clients reach the gateway."""
        return self.stack.address(self.in_front.front, self.in_front.entry)

    @property
    def stats(self) -> Stats:
        """Return the reader of the gateway's figures."""
        return Stats(self.stack.address(self.in_front.front, "stats"), self.stack.credentials)

    def copies(self) -> list[Received]:
        """Return what the shadow received of this scenario's requests, in order of arrival."""
        ids = {each.sent.request_id for each in self.exchanges}
        return [each for each in self.shadow.received() if each.request_id in ids]

    def account(self, at_least: int = 0) -> Account:
        """Return what the way of mirroring has counted since the scenario began, once it settled.

        At least so many requests must have been received, or lost on their way.
        """
        gateway, noted = self.in_front, self.noted
        if noted is None:
            raise MissingAbilityError(f"{gateway.name} keeps no account")
        return gateway.settled_account(self.stack, noted.received + noted.lost + at_least) - noted

    def says(self) -> str:
        """Return what the way of mirroring has counted, to end a message; "" if it does not."""
        return f", and it says: {self.account()}" if self.noted else ""

    @property
    def last(self) -> Exchange:
        """Return the newest exchange."""
        return self.exchanges[-1]

    def enter(self, gateway: Gateway) -> None:
        """Put a gateway in front, with recorders that remember nothing and behave well."""
        self.stack.start(gateway)
        self.gateway = gateway
        self._forget()
        if gateway.mirrors and gateway.name not in self.stack.flowing:
            self.await_flow()
        self.stack.flowing.add(gateway.name)
        self.note_account()
        self.stack.mark()

    def note_account(self) -> None:
        """Remember what the way of mirroring has counted so far, if it counts."""
        gateway = self.in_front
        self.noted = gateway.settled_account(self.stack) if gateway.account else None

    def change(self, change: AbstractContextManager[None]) -> None:
        """Make a change of the stack, which is undone when the scenario ends."""
        self._changes.enter_context(change)

    def _forget(self) -> None:
        for recorder in self.recorders.values():
            recorder.reset()

    def await_flow(self, probes: int = _PROBES) -> None:
        """Wait until copies arrive, at first or again after a fault; AssertionError if none does.

        What stays silent is waited for once, and told with what the tool said.
        """
        gateway = self.in_front
        known = gateway.name in self.stack.silent
        if watch(
            partial(self._copied, probes), until=bool, within=0 if known else _FLOW_WITHIN
        ).met:
            self.stack.silent.discard(gateway.name)
            self._forget()
            return
        self.stack.silent.add(gateway.name)
        what = f"{gateway.name} copies nothing"
        raise AssertionError(f"{what}, as was said" if known else told(self.no_copy(what)))

    def no_copy(self, what: str) -> list[str]:
        """Return what is to be said when no copy arrives: with the last lines of who makes them.

        The next scenario waits until copies flow again.
        """
        self.stack.flowing.clear()
        service = self.maker
        lines = [each for each in self.stack.logs(service).splitlines() if each.strip()]
        return [what, f"{service} said last:", *(lines[-_LAST_WORDS:] or ["nothing"])]

    def _copied(self, count: int) -> bool:
        probes = [request("GET", "/api/v1") for _ in range(count)]
        ids = {str(probe.request_id) for probe in probes}
        send_at_once(self.entry, probes)  # side by side, so that no thread is left out

        def arrived() -> set[str | None]:
            return {each.request_id for each in self.shadow.received(ids)}

        if not watch(arrived, until=lambda found: found >= ids, within=_COPY_WITHIN).met:
            return False
        alone = self.in_front.leaves_alone
        return not (alone and alone(self.stack, self.in_front))

    def misbehave(self, service: str, **faults: Fault) -> None:
        """Let a service misbehave until the next scenario, which waits for copies to flow again."""
        self.stack.flowing.clear()
        self.recorders[service].misbehave(**faults)

    def stop(self, service: str) -> None:
        """Stop a service; `restore` brings it back."""
        self.stack.flowing.clear()
        self.stack.away.add(service)
        self.stack.stop(service)

    def pause(self, service: str) -> None:
        """Freeze a service; `stack.resume` lets it go on."""
        self.stack.flowing.clear()
        self.stack.pause(service)

    def door(self, timeout: float | None = None) -> Door:
        """Return where clients come in who give up after `timeout` s, and what they speak."""
        port = "tls" if self.protocol.tls else self.in_front.entry
        to = self.stack.address(self.in_front.front, port)
        return Door(to, self.protocol, self.stack.authority, timeout)

    def send(self, sent: Sent, timeout: float | None = None) -> Exchange:
        """Send one request as a client that connects for it, and gives up after `timeout` s."""
        return self.send_in_turn([sent], timeout)[0]

    def send_in_turn(
        self,
        requests: Iterable[Sent],
        timeout: float | None = None,
        within: float | None = None,
    ) -> list[Exchange]:
        """Send requests in turn over one connection; each may take `timeout` seconds.

        Those that have not begun `within` seconds are left out.
        """
        sent = list(requests)
        with self.door(timeout).open() as send:
            answers = in_turn(send, sent, within)
        return self._keep(sent[: len(answers)], answers)

    def send_in_halves(self, sent: Sent, between: Callable[[], None]) -> Exchange:
        """Send the first half of a body, do something, send the second half."""
        try:
            answer: Answer | ClientError = send_in_halves(self.entry, sent, between)
        except ClientError as reason:
            answer = reason
        return self._keep([sent], [answer])[0]

    def send_at_once(
        self, requests: Sequence[Sent], timeout: float | None = None
    ) -> list[Exchange]:
        """Send all requests at the same moment, one client each, who gives up after `timeout` s."""
        return self._keep(requests, self.door(timeout).send_at_once(requests))

    def restore(self, service: str) -> None:
        """Bring a stopped service back, and wait until clients are served as before."""
        self.stack.restore(service)
        if self.gateway is not None:
            await_route(self.stack, self.gateway)

    def close(self) -> None:
        """Undo what the scenario has changed, and close what it has opened."""
        try:
            self._changes.close()
        finally:
            for recorder in self.recorders.values():
                recorder.close()

    def _keep(
        self, sent: Sequence[Sent], answers: Sequence[Answer | ClientError]
    ) -> list[Exchange]:
        new = [Exchange(*pair) for pair in zip(sent, answers, strict=True)]
        self.exchanges += new
        return new
