"""The Compose command line, with a project of this run's own."""

import functools
import json
import os
import re
import secrets
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from features.support.errors import StackError
from features.support.paths import DOCKER

FILE = DOCKER / "docker-compose.yml"
PREFIX = "mirroring-spec-"
# The project when Compose is used by hand. Images are built for it: Compose writes the project into
# an image, so that with a run's own project each run would leave another image behind.
BY_HAND = "mirroring-spec"
OURS = "localhost/mirroring-spec/"  # where the names of our images begin
OWNER_LABEL = "mirroring-spec.owner"
_FIXED_PORT = re.compile(r"127\.0\.0\.1:\$\{(\w+)-")
_QUICK = 30.0  # seconds for a command that builds and starts nothing


def owner() -> str:
    """Name this run so that a later one can tell whether it still lives."""
    return f"{os.uname().nodename}/{os.getpid()}/{_start_time(os.getpid())}"


def is_dead(owner_: str) -> bool:
    """Tell whether the run that started something on this machine has ended."""
    host, _, process = owner_.partition("/")
    pid, _, started = process.partition("/")
    if host != os.uname().nodename or not pid.isdigit():
        return False
    return _start_time(int(pid)) != started


def _start_time(pid: int) -> str:
    """Return when a process started, in ticks since boot; psutil's time moves with the clock."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


@functools.cache
def _published() -> frozenset[str]:
    """Return the variables of the Compose file that fix a service's port on this machine."""
    return frozenset(_FIXED_PORT.findall(FILE.read_text()))


class Compose:
    """One Compose project; `environment` is added to the command's."""

    def __init__(
        self, project: str | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self.project = project or f"{PREFIX}{os.getpid()}-{secrets.token_hex(3)}"
        self._environment = {
            **os.environ,
            "SPEC_OWNER": owner(),
            "COMPOSE_PROFILES": "*",  # services are named when they are started
            # Set but empty: the engine chooses. A port that the user has set stays.
            **{variable: os.environ.get(variable, "") for variable in _published()},
            **(environment or {}),
        }

    def set(self, variable: str, value: str) -> None:
        """Set a variable that the Compose file reads, for the commands that come."""
        self._environment[variable] = value

    @staticmethod
    def why_missing() -> str | None:
        """Return why the Compose command cannot be used here, None when it can."""
        try:
            asked = _run(["docker", "compose", "version"], None, _QUICK)
        except (StackError, subprocess.TimeoutExpired) as reason:
            return str(reason)
        if asked.returncode == 0:
            return None
        return "the docker command has no Compose v2 (its plugin docker-compose is not installed)"

    def version(self) -> str:
        """Return Compose's own version."""
        return self.run("version", "--short").strip()

    def images(self, services: Iterable[str]) -> list[str]:
        """Return the images that services need."""
        return [self._described[name]["image"] for name in services]

    @functools.cached_property
    def _described(self) -> dict[str, Any]:
        services: dict[str, Any] = json.loads(self.run("config", "--format", "json"))["services"]
        return services

    def build(self, services: Sequence[str]) -> None:
        """Build the images of services."""
        self.run("build", "--quiet", *services, within=900)

    def pull(self, services: Sequence[str]) -> None:
        """Pull the images of services."""
        self.run("pull", "--quiet", *services, within=300)

    def up(self, services: Sequence[str], within: float) -> None:
        """Start services and wait until each is healthy."""
        bound = ("--wait", "--wait-timeout", str(int(within)))
        self.run("up", "--detach", "--no-build", *bound, *services, within=within + _QUICK)

    def down(self) -> None:
        """Remove the project's containers, networks and volumes."""
        self.run("down", "--volumes", "--remove-orphans", "--timeout", "1", within=60)

    def run(self, *arguments: str, within: float = _QUICK) -> str:
        """Run a Compose command and return what it printed; raises StackError in one line."""
        command = ["docker", "compose", "--project-name", self.project, "--file", str(FILE)]
        try:
            done = _run([*command, *arguments], self._environment, within)
        except subprocess.TimeoutExpired:
            raise StackError(
                f"docker compose {arguments[0]} was not done within {within:.0f} s"
            ) from None
        if done.returncode != 0:
            raise StackError(f"docker compose {arguments[0]}: {_reason(done.stderr)}")
        return done.stdout


def _run(
    command: Sequence[str], environment: Mapping[str, str] | None, within: float
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end; it does not outlive an interruption, nor do its plugins."""
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the run; the run takes the project down
        )
    except OSError:
        raise StackError("there is no docker command on PATH") from None
    with process:
        try:
            out, err = process.communicate(timeout=within)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def _reason(printed: str) -> str:
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "unhealthy" in line.lower()]
    return (telling or lines or ["no reason given"])[-1]
