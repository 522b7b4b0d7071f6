"""The Docker Engine, asked through its API about what belongs to a Compose project."""

import functools
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound

from features.support.errors import StackError
from features.support.stack import signals
from features.support.stack.compose import OWNER_LABEL, Compose, is_dead
from features.support.waiting import watch

_TIMEOUT = 30
_HEALTHY_WITHIN = 20.0
_PING_TIMEOUT = 5
_REGISTRY_TIMEOUT = 15
_PROJECT = "com.docker.compose.project"
_SERVICE = "com.docker.compose.service"


@functools.cache
def why_no_engine() -> str | None:
    """Return why no Docker Engine with Compose can be used here, None when one can."""
    try:
        _client(_PING_TIMEOUT).ping()
    except (DockerException, requests.RequestException):
        return "no Docker Engine answers (is it started, may this user talk to it?)"
    return Compose.why_missing()


@contextmanager
def asking() -> Iterator[None]:
    """Turn what goes wrong with the engine into a StackError of one line."""
    try:
        yield
    except APIError as reason:
        told = (reason.explanation or str(reason)).strip().splitlines() or ["no reason given"]
        raise StackError(f"Docker Engine: {told[0]}") from None
    except (DockerException, requests.RequestException):
        raise StackError("the Docker Engine does not answer any more; start it again") from None


class Engine:
    """The engine that the docker command talks to; every method raises StackError."""

    def __init__(self) -> None:
        with asking():
            self._client = _client(_TIMEOUT)

    def version(self) -> str:
        """Return the engine's version."""
        with asking():
            return str(self._client.version()["Version"])

    def has(self, image: str) -> bool:
        """Tell whether the engine has an image."""
        with asking():
            try:
                self._client.images.get(image)
            except ImageNotFound:
                return False
        return True

    @functools.cache  # noqa: B019 - one engine a run
    def why_not(self, image: str) -> str | None:
        """Return why an image can neither be used nor pulled, None when it can."""
        if self.has(image):
            return None
        try:
            _client(_REGISTRY_TIMEOUT).images.get_registry_data(image)
        except (DockerException, requests.RequestException):
            return f"the image {image} is not here, and no registry gives it"
        return None

    def container(self, project: str, service: str) -> Any:
        """Return the container of a service, running or not, as it is now."""
        labels = [f"{_PROJECT}={project}", f"{_SERVICE}={service}"]
        with asking():
            found = self._client.containers.list(
                all=True, filters={"label": labels}, ignore_removed=True
            )
        if not found:
            raise StackError(f"the container of {service} is gone")
        return found[0]

    def await_health(self, container: Callable[[], Any], service: str) -> None:
        """Wait until a container that was started again is healthy."""
        healthy = watch(
            lambda: container().health,
            until=lambda status: status == "healthy",
            within=_HEALTHY_WITHIN,
        )
        if not healthy.met:
            raise StackError(f"{service} was started again but is not healthy {healthy}")

    def has_any(self, project: str) -> bool:
        """Tell whether anything of a project is left."""
        return any(labels[_PROJECT] == project for labels in self._labels(_PROJECT))

    def dead_projects(self) -> set[str]:
        """Return the projects that runs which were killed have left."""
        return {
            labels[_PROJECT]
            for labels in self._labels(OWNER_LABEL)
            if is_dead(labels[OWNER_LABEL]) and _PROJECT in labels
        }

    def _labels(self, label: str) -> list[dict[str, str]]:
        chosen = {"label": label}
        with asking():
            containers = self._client.api.containers(all=True, filters=chosen)
            networks = self._client.api.networks(filters=chosen)
            volumes = self._client.api.volumes(filters=chosen)["Volumes"] or []
        return [each["Labels"] for each in (*containers, *networks, *volumes)]


def sweep() -> None:
    """Remove what runs that were killed have left; another run may be doing so as well."""
    engine = Engine()
    for project in engine.dead_projects():
        try:
            Compose(project).down()
        except StackError as reason:
            if project in engine.dead_projects():
                signals.tell(f"note: {project}, left by a dead run, stays: {reason}")


def _client(timeout: int) -> Any:
    """Connect to the engine that the docker command uses, which may be a context's."""
    environment = dict(os.environ)
    if not environment.get("DOCKER_HOST"):
        environment["DOCKER_HOST"] = _host_of_context()
    return docker.from_env(timeout=timeout, environment=environment)


def _host_of_context() -> str:
    command = ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()
