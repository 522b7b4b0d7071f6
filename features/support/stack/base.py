"""What every kind of stack can do; steps know nothing else."""

import secrets
import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.support.errors import MissingAbilityError, StackError
from features.support.stack.certificates import Authority
from features.support.stack.readiness import await_route
from features.support.stack.service import RECORDERS, Service, Topology
from features.support.wire.client import Address


@dataclass(frozen=True)
class Execution:
    """How a command inside a service ended: its exit code, and all it printed."""

    code: int
    output: str


def own_credentials() -> tuple[str, str]:
    """Make credentials for the figures of one run, so that refusing strangers is specified."""
    return ("operator", secrets.token_urlsafe(12))


class Absence(str):
    """Why a gateway is not played, in one line."""

    def about(self, gateway: str) -> "Absence":
        """Return the same reason, of the same kind, with the gateway's name before it."""
        return type(self)(f"{gateway}: {self}")


class NotChosen(Absence):
    """The user asked for other gateways."""


_NOT_CHOSEN = NotChosen("it is not among the gateways that were asked for (-D gateways)")


class Stack(ABC):
    """Running services, addressed by the names of the catalogue.

    Every method raises StackError, in one line, when the stack does not do as told.
    """

    kind: str
    can_be_changed = True  # False where services are somebody else's to stop and start
    retired = False  # True once it was taken down, or left up on purpose

    def __init__(self, credentials: tuple[str, str] | None) -> None:
        self.credentials = credentials  # who may read the figures, None where everybody may
        self.marker = secrets.token_hex(8)  # the secret that tells copies from requests
        self.authority = Authority()  # that clients trust
        self.flowing: set[str] = set()  # gateways whose copies are known to arrive
        self.silent: set[str] = set()  # gateways of which it was said that they copy nothing
        self.away: set[str] = set()  # services that a scenario has stopped
        self.used: set[str] = set()  # services whose logs are to be read for crashes
        self.chosen: frozenset[str] | None = None  # the gateways that a run plays, None for all
        self._ready: dict[str, StackError | None] = {}
        self._services: dict[str, Service] = {each.name: each for each in RECORDERS}

    def start(self, gateway: Topology) -> None:
        """Start what the gateway needs, once; a failed start is remembered and told again."""
        if gateway.name not in self._ready:
            self._services |= {each.name: each for each in gateway.services}
            try:
                self._start_services((*RECORDERS, *gateway.services))
                await_route(self, gateway)
            except StackError as reason:
                self._ready[gateway.name] = reason
            else:
                self._ready[gateway.name] = None
        failure = self._ready[gateway.name]
        if failure is not None:
            raise failure
        self.used |= {each.name for each in (*RECORDERS, *gateway.services)}

    def service(self, name: str) -> Service:
        """Return the description of a service that this stack has started."""
        return self._services[name]

    def _sharers(self, service: str) -> list[str]:
        """List the services that share the network of one, but for those that are stopped."""
        sharing = (each.name for each in self._services.values() if each.network_of == service)
        return [name for name in sharing if name not in self.away]

    @abstractmethod
    def _start_services(self, services: Sequence[Service]) -> None:
        """Start those services that do not run yet, and wait until each listens."""

    def why_not(self, gateway: Topology) -> Absence | None:
        """Return why a gateway is not run in this stack, None when it is."""
        if self.chosen is not None and gateway.name not in self.chosen:
            return _NOT_CHOSEN
        reason = self._why_not(gateway)
        return Absence(reason) if reason else None

    @abstractmethod
    def _why_not(self, gateway: Topology) -> str | None:
        """Return why a gateway cannot run in this stack, None when it can."""

    @abstractmethod
    def outlook(self, gateways: Sequence[Topology]) -> list[str]:
        """Return what this stack will run with, versions as far as they are known before."""

    @abstractmethod
    def address(self, service: str, port: str) -> Address:
        """Return where a port of a service is reached from this machine."""

    @abstractmethod
    def address_inside(self, service: str, port: str) -> str:
        """Return where the other services reach a port of a service, as host:port."""

    @abstractmethod
    def stop(self, service: str) -> None:
        """Stop a service, as an orderly shutdown does, and wait until it is gone."""

    @abstractmethod
    def restore(self, service: str) -> None:
        """Start a stopped service again at its old address."""

    @abstractmethod
    def pause(self, service: str) -> None:
        """Freeze a service: it keeps its connections and does nothing."""

    @abstractmethod
    def resume(self, service: str) -> None:
        """Let a paused service go on."""

    def reload(self, service: str) -> None:
        """Tell a service to read its configuration again."""
        described = self.service(service)
        if described.reload_signal is None and not described.before_reload:
            raise MissingAbilityError(f"{service} cannot be told to reload")
        if described.before_reload:
            done = self.exec(service, described.before_reload)
            if done.code:
                raise StackError(f"{service} cannot be reloaded: {done.output.strip()}")
        if described.reload_signal is not None:
            self._signal_reload(service, described.reload_signal)

    @abstractmethod
    def _signal_reload(self, service: str, number: signal.Signals) -> None:
        """Send a service's first process the signal on which it reloads."""

    @abstractmethod
    def configuration(self, service: str) -> Path:
        """Return the copy of its configuration that a service of this run reads."""

    @abstractmethod
    def mark(self) -> None:
        """Remember this moment; logs are read from here on."""

    @abstractmethod
    def logs(self, service: str, *, whole: bool = False) -> str:
        """Return what a service wrote since the mark, or since its first start."""

    @abstractmethod
    def logged_since(self, service: str, place: str) -> tuple[str, str]:
        """Return the lines that a service wrote after a place in its log, and where they end.

        "" is where a log begins, and what a stack returns that reads all of it each time.
        """

    @abstractmethod
    def exec(
        self, service: str, argv: Sequence[str], files: Mapping[str, str] | None = None
    ) -> Execution:
        """Run a command where the service runs, with its environment.

        {program} and {configuration} stand for the service's own, {files} for the directory
        that holds `files` while the command runs.
        """

    @abstractmethod
    def processes(self, service: str) -> str:
        """Return a shell's list of the ids of the service's processes, for use with exec."""

    @abstractmethod
    def versions(self) -> dict[str, str]:
        """Return the version of every program that has been started, by service."""

    @abstractmethod
    def down(self) -> None:
        """Stop everything this stack started and leave nothing behind; may be called again."""

    @abstractmethod
    def how_to_reach(self) -> list[str]:
        """Return lines that tell a person how to use and remove a stack that is kept.

        There are none when nothing was started.
        """

    def _url(self, service: str, port: str) -> str:
        """Return what a person gives to curl or a browser, with what opens closed figures."""
        access = ":".join(self.credentials) + "@" if self.credentials and port == "stats" else ""
        return f"{service} {port}: http://{access}{self.address(service, port)}"
