"""A stack of containers: Compose starts and removes them, the Engine's API does the rest."""

import functools
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import docker
import requests
from docker.errors import DockerException, ImageNotFound

from features.support.errors import StackError
from features.support.gateways import Gateway, Service
from features.support.options import Options
from features.support.stack.base import Execution, Stack, own_credentials
from features.support.stack.compose import OWNER_LABEL, Compose, is_dead
from features.support.stack.programs import version_in
from features.support.traffic import Address
from features.support.waiting import patient, watch

_UP_WITHIN = 60.0
_HEALTHY_WITHIN = 20.0
_STOP_WITHIN = 3
_API_TIMEOUT = 30
_FILES = "/tmp/files"


@functools.cache
def why_no_engine() -> str | None:
    """Return why no Docker Engine with Compose can be used here, None when one can."""
    try:
        docker.from_env(timeout=5).ping()
    except (DockerException, requests.RequestException):
        return "no Docker Engine answers (is it started, may this user talk to it?)"
    try:
        Compose("mirroring-spec-probe").run("version")
    except StackError as reason:
        return f"Docker has no Compose v2: {reason}"
    return None


@contextmanager
def _engine() -> Iterator[None]:
    try:
        yield
    except (DockerException, requests.RequestException) as reason:
        raise StackError(f"Docker Engine: {str(reason).splitlines()[0]}") from None


class DockerStack(Stack):
    """Services as containers of one Compose project, on loopback ports the engine chose."""

    kind = "docker"

    def __init__(self, options: Options) -> None:  # noqa: ARG002 - every kind is made alike
        user, password = own_credentials()
        super().__init__((user, password))
        self._client = docker.from_env(timeout=_API_TIMEOUT)
        self._compose = Compose(environment={"STATS_USER": user, "STATS_PASSWORD": password})
        self._started: list[str] = []
        self._marked = 0.0
        self._sweep()

    def why_not(self, gateway: Gateway) -> str | None:
        """Return nothing: the images of every gateway can be built or named."""

    def _start_services(self, services: Sequence[Service]) -> None:
        names = [each.container for each in services if each.name not in self._started]
        if names:
            self._started += [each.name for each in services]
            self._build_missing(names)
            self._compose.up(names, within=patient(_UP_WITHIN))

    def _build_missing(self, names: Sequence[str]) -> None:
        missing = []
        for name, image in zip(names, self._compose.images(names), strict=True):
            with _engine():
                try:
                    self._client.images.get(image)
                except ImageNotFound:
                    missing.append(name)
        if missing:
            try:
                self._compose.build(missing)
            except StackError as reason:
                hint = "where no registry can be reached, docker/base-image.sh makes the base image"
                raise StackError(f"{reason}; {hint}") from None

    def outlook(self, gateways: Sequence[Gateway]) -> list[str]:
        """Return the versions of engine and Compose, and the gateways' images."""
        fronts = [s.container for g in gateways for s in g.services if s.name == g.front]
        images = self._compose.images(fronts)
        names = [gateway.name for gateway in gateways]
        known = [f"{name} from {image}" for name, image in zip(names, images, strict=True)]
        return [f"{name} {version}" for name, version in self._tools().items()] + known

    def address(self, service: str, port: str) -> Address:
        """Ask the engine where it published the port; that changes with each start."""
        inside = self.service(service).ports[port].inside
        bindings = self._container(service).ports.get(f"{inside}/tcp")
        if not bindings:
            raise StackError(f"{service} does not run, so its {port} port is not published")
        return Address(bindings[0]["HostIp"], int(bindings[0]["HostPort"]))

    def stop(self, service: str) -> None:
        """Stop the container."""
        with _engine():
            self._container(service).stop(timeout=_STOP_WITHIN)

    def restore(self, service: str) -> None:
        """Start the container again and wait until it is healthy."""
        with _engine():
            self._container(service).start()
        healthy = watch(
            lambda: self._container(service).attrs["State"].get("Health", {}).get("Status"),
            until=lambda status: status == "healthy",
            within=_HEALTHY_WITHIN,
        )
        if not healthy.met:
            raise StackError(f"{service} was started again but is not healthy {healthy}")

    def pause(self, service: str) -> None:
        """Freeze the container."""
        with _engine():
            self._container(service).pause()

    def resume(self, service: str) -> None:
        """Thaw the container."""
        with _engine():
            self._container(service).unpause()

    def reload(self, service: str) -> None:
        """Send the container's first process the signal on which it reloads."""
        number = self.service(service).reload_signal
        if number is None:
            raise StackError(f"{service} cannot be told to reload")
        with _engine():
            self._container(service).kill(signal=number.name)

    def mark(self) -> None:
        """Remember the time."""
        self._marked = time.time()

    def logs(self, service: str, *, whole: bool = False) -> str:
        """Return what the container wrote."""
        since = None if whole else self._marked
        with _engine():
            text: bytes = self._container(service).logs(since=since)
        return text.decode(errors="replace")

    def exec(
        self, service: str, argv: Sequence[str], files: Mapping[str, str] | None = None
    ) -> Execution:
        """Run the command in the container."""
        command = shlex.join(self._fill(word, self.service(service)) for word in argv)
        contents = {f"FILE_{n}": text for n, text in enumerate((files or {}).values())}
        writes = [
            f'printf %s "${variable}" > {_FILES}/{shlex.quote(name)}'
            for variable, name in zip(contents, files or {}, strict=True)
        ]
        script = " && ".join([f"mkdir -p {_FILES}", *writes, command])
        with _engine():
            done = self._container(service).exec_run(["sh", "-c", script], environment=contents)
        return Execution(done.exit_code, done.output.decode(errors="replace"))

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
        try:
            self._compose.down()
        except StackError as reason:
            project = self._compose.project
            raise StackError(
                f"{reason}; once the engine answers: docker compose -p {project} down -v"
            ) from None
        self._started = []

    def how_to_reach(self) -> list[str]:
        """Tell the published ports and how to remove the project."""
        lines = [
            f"{name} {port}: http://{self.address(name, port)}"
            for name in self._started
            for port in self.service(name).ports
        ]
        return [*lines, f"to stop it: docker compose -p {self._compose.project} down -v"]

    def _tools(self) -> dict[str, str]:
        with _engine():
            engine = str(self._client.version()["Version"])
        return {"Docker Engine": engine, "Compose": self._compose.run("version", "--short").strip()}

    def _fill(self, word: str, service: Service) -> str:
        known = {
            "{program}": service.program or "",
            "{python}": "python3",
            "{configuration}": service.configuration_inside or "",
            "{files}": _FILES,
        }
        for placeholder, value in known.items():
            word = word.replace(placeholder, value)
        return word

    def _container(self, service: str) -> Any:
        labels = [
            f"com.docker.compose.project={self._compose.project}",
            f"com.docker.compose.service={self.service(service).container}",
        ]
        with _engine():
            found = self._client.containers.list(all=True, filters={"label": labels})
        if not found:
            raise StackError(f"the container of {service} is gone")
        return found[0]

    def _sweep(self) -> None:
        """Remove what runs that were killed have left."""
        with _engine():
            containers = self._client.containers.list(all=True, filters={"label": OWNER_LABEL})
            networks = self._client.networks.list(filters={"label": OWNER_LABEL})
        left = [each.labels for each in containers] + [each.attrs["Labels"] for each in networks]
        for labels in left:
            if is_dead(labels[OWNER_LABEL]):
                Compose(labels["com.docker.compose.project"]).down()
