"""A stack of containers: Compose starts and removes them, the Engine's API does the rest."""

import shlex
import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from features.support.errors import StackError
from features.support.stack import images, inside, ports, programs, scratch
from features.support.stack.base import Execution, Stack, own_credentials
from features.support.stack.compose import Compose
from features.support.stack.engine import Engine, asking
from features.support.stack.programs import version_in
from features.support.stack.service import Service, Topology
from features.support.stack.settings import Settings
from features.support.waiting import patient
from features.support.wire.client import Address
from features.support.wire.recorder import TOKEN

_UP_WITHIN = 60.0
_STOP_WITHIN = 3
_REMOVALS = 3
_LOG_TAIL = 15  # lines
_LOOK_BACK = 4000  # lines at the end of a log: to read all of it takes seconds after some load


class DockerStack(Stack):
    """Services as containers of one Compose project, on loopback ports the engine chose."""

    kind = "docker"

    def __init__(self, settings: Settings) -> None:
        user, password = own_credentials()
        super().__init__((user, password))
        self._engine = Engine()
        self._configurations = scratch.directory(keep=settings.keep)
        self._certificate = self._configurations / "gateway.pem"
        own = {
            "STATS_USER": user,
            "STATS_PASSWORD": password,
            "MIRROR_MARKER": self.marker,
            "RECORDER_TOKEN": TOKEN,
            "RECORDER_LOG_REQUESTS": "no",
            "CONFIGURATIONS": str(self._configurations),
            "TLS_FILE": str(self._certificate),
        }
        kept = {"SPEC_OWNER": "kept"} if settings.keep else {}  # so that no later run removes it
        self._compose = Compose(environment=own | kept)
        self._started: list[str] = []
        self._addresses: dict[tuple[str, str], Address] = {}
        self._marked = 0.0

    def _why_not(self, gateway: Topology) -> str | None:
        """Return which program or image is missing that is none of ours."""
        reasons = (self._why_missing(service) for service in gateway.services)
        return next(filter(None, reasons), None)

    def _why_missing(self, service: Service) -> str | None:
        if service.brought:
            return programs.complaint(service.check or (), {})
        if service.named_by:
            (image,) = self._compose.images([service.container])
            reason = self._engine.why_not(image)
            return reason and f"{reason}; name another image with {service.named_by}="
        return None

    def _start_services(self, services: Sequence[Service]) -> None:
        new = [each for each in services if each.name not in self._started]
        if not new:
            return
        for port in (port for each in new for port in each.ports.values()):
            ports.asked_for(port.published)
        for program in filter(None, (each.brought for each in new)):
            self._compose.set(program.variable, programs.on_path(program))
        names = [each.container for each in new]
        images.provide(names, self._compose, self._engine)
        self._started += [each.name for each in new]
        for each in filter(lambda service: service.configuration, new):
            self.configuration(each.name)
        self.authority.certify(self._certificate)
        try:
            self._compose.up(names, within=patient(_UP_WITHIN))
        except StackError as reason:
            raise StackError(f"{reason}{self._logs_of_failed(new)}") from None

    def _logs_of_failed(self, services: Sequence[Service]) -> str:
        """Return the ends of the logs of those services that are not up, or nothing."""
        told = ""
        for service in services:
            try:
                container = self._engine.container(self._compose.project, service.container)
                log = self.logs(service.name, whole=True).splitlines()[-_LOG_TAIL:]
            except StackError:
                continue
            if container.status != "running" or container.health == "unhealthy":
                told += "".join([f"; log of {service.name}:", *(f"\n  {line}" for line in log)])
        return told

    def outlook(self, gateways: Sequence[Topology]) -> list[str]:
        """Return the versions of engine and Compose, and the gateways' images."""
        fronts = {s.container: g.name for g in gateways for s in g.services if s.name == g.front}
        origins = zip(fronts.values(), self._compose.images(fronts), strict=True)
        tools = [f"{name} {version}" for name, version in self._tools().items()]
        return tools + [f"{name} from {image}" for name, image in origins]

    def address(self, service: str, port: str) -> Address:
        """Ask the engine where it published the port; that changes with each start."""
        if (service, port) not in self._addresses:
            described = self.service(service)
            inside = described.ports[port].inside
            bindings = self._container(described.network_of or service).ports.get(f"{inside}/tcp")
            if not bindings:
                raise StackError(f"{service} does not run, so its {port} port is not published")
            found = Address(bindings[0]["HostIp"], int(bindings[0]["HostPort"]))
            self._addresses[service, port] = found
        return self._addresses[service, port]

    def address_inside(self, service: str, port: str) -> str:
        """Return the container's name, which is a host name for the others, and its own port."""
        return self.service(service).inside(port)

    def _forget_addresses(self, service: str) -> None:
        self._addresses = {key: at for key, at in self._addresses.items() if key[0] != service}

    def configuration(self, service: str) -> Path:
        """Return the file that is mounted into the container."""
        original = self.service(service).configuration
        if original is None:
            raise StackError(f"{service} has no configuration file")
        own = scratch.copied(original.parent, self._configurations / original.parent.name)
        return own / original.name

    def stop(self, service: str) -> None:
        """Stop the container."""
        with asking():
            self._container(service).stop(timeout=_STOP_WITHIN)
        self._forget_addresses(service)

    def restore(self, service: str) -> None:
        """Start the container again, and those that share its network, until all are healthy."""
        with asking():
            self._container(service).start()
        self._engine.await_health(partial(self._container, service), service)
        self._forget_addresses(service)
        self.away.discard(service)
        for name in self._sharers(service):
            with asking():
                self._container(name).restart(timeout=_STOP_WITHIN)
            self._engine.await_health(partial(self._container, name), name)
            self._forget_addresses(name)

    def pause(self, service: str) -> None:
        """Freeze the container."""
        with asking():
            self._container(service).pause()

    def resume(self, service: str) -> None:
        """Thaw the container."""
        with asking():
            self._container(service).unpause()

    def _signal_reload(self, service: str, number: signal.Signals) -> None:
        with asking():
            self._container(service).kill(signal=number.name)

    def mark(self) -> None:
        """Remember the time."""
        self._marked = time.time()

    def logs(self, service: str, *, whole: bool = False) -> str:
        """Return what the container wrote."""
        with asking():
            text: bytes = self._container(service).logs(since=None if whole else self._marked)
        return text.decode(errors="replace")

    def logged_since(self, service: str, place: str) -> tuple[str, str]:
        """Return what was logged after a time; the end of a log is looked at before all of it."""
        told: list[str] = []
        for most in (_LOOK_BACK, "all"):
            with asking():
                text: bytes = self._container(service).logs(timestamps=True, tail=most)
            told = text.decode(errors="replace").splitlines(keepends=True)
            if len(told) < _LOOK_BACK or told[0].partition(" ")[0] <= place:
                break
        stamped = [line.partition(" ") for line in told]
        new = [(at, line) for at, _, line in stamped if at > place]
        return "".join(line for _, line in new), new[-1][0] if new else place

    def exec(
        self, service: str, argv: Sequence[str], files: Mapping[str, str] | None = None
    ) -> Execution:
        """Run the command in the container."""
        command = shlex.join(inside.filled(word, self.service(service)) for word in argv)
        contents = {f"FILE_{n}": text for n, text in enumerate((files or {}).values())}
        writes = [
            f'printf %s "${variable}" > {inside.FILES}/{shlex.quote(name)}'
            for variable, name in zip(contents, files or {}, strict=True)
        ]
        script = " && ".join([f"mkdir -p {inside.FILES}", *writes, command])
        with asking():
            done = self._container(service).exec_run(["sh", "-c", script], environment=contents)
        return Execution(done.exit_code, done.output.decode(errors="replace"))

    def processes(self, service: str) -> str:  # noqa: ARG002
        """Return all processes of the container but the shell that asks."""
        return "$(ls /proc | grep -x '[0-9]*' | grep -vx $$)"

    def versions(self) -> dict[str, str]:
        """Ask the engine, and each program in its container."""
        found = self._tools()
        for name in self._started:
            argv = self.service(name).version
            found[self.service(name).title] = version_in(self.exec(name, argv).output)
        return found

    def down(self) -> None:
        """Remove the project; when the engine is gone, say how to do it later."""
        if not self._started:
            return
        shutil.rmtree(self._configurations, ignore_errors=True)
        try:
            self._remove()
        except StackError as reason:
            raise StackError(
                f"{reason}; what is left is removed by the next run, or, once the engine answers: "
                f"docker compose -p {self._compose.project} down -v"
            ) from None
        self._started = []

    def _remove(self) -> None:
        """Remove the project, again if an interrupted start still added something to it."""
        for _ in range(_REMOVALS):
            self._compose.down()
            if not self._engine.has_any(self._compose.project):
                return
        raise StackError(f"something of {self._compose.project} cannot be removed")

    def how_to_reach(self) -> list[str]:
        """Tell the published ports and how to remove the project."""
        if not self._started:
            return []
        lines = [
            self._url(name, port)
            for name in self._started
            if self._container(name).status == "running"
            for port in self.service(name).ports
        ]
        return [*lines, f"to stop it: docker compose -p {self._compose.project} down -v"]

    def _tools(self) -> dict[str, str]:
        return {"Docker Engine": self._engine.version(), "Compose": self._compose.version()}

    def _container(self, service: str) -> Any:
        return self._engine.container(self._compose.project, self.service(service).container)
