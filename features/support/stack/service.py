"""What the services of a stack are made of, described once for all kinds of stacks."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from features.support.paths import DOCKER, ROOT


@dataclass(frozen=True)
class Port:
    """A port of a service.

    `variable` is the environment variable that tells the service where to listen on this host,
    `inside` the port number in its container, `published` the variable of the Compose file that
    fixes the port on this host.
    """

    variable: str
    inside: int
    published: str | None = None


@dataclass(frozen=True)
class Service:
    """A program of a stack, described once for all kinds.

    `name` is the stack's word for it, `title` a person's, `container` its Compose service.
    In `command` and `environment`, {braces} stand for what only the stack knows: {program},
    {python}, {user}, {configuration} (a copy of this run's own) and {configurations} (its
    directory), {scratch} (a directory that the service may write to), {marker} and
    {stats.password} (secrets of this run), and addresses such as {primary.service}.
    `before_reload` is a command that comes before `reload_signal`. `check` is a command that says
    in one line why the program cannot run on this machine; its container needs that program as
    well where `brought` names the variable that says where it is. `network_of` is the service
    whose network its container shares. `named_by` is the variable of the Compose file that names
    the image of a program that comes in an image only.
    """

    name: str
    title: str
    container: str
    command: tuple[str, ...]
    ports: Mapping[str, Port]
    version: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    program: str | None = None
    configuration: Path | None = None
    configuration_inside: str | None = None
    reload_signal: signal.Signals | None = None
    before_reload: tuple[str, ...] = ()
    check: tuple[str, ...] | None = None
    brought: str | None = None
    network_of: str | None = None
    named_by: str | None = None

    def inside(self, port: str) -> str:
        """Return where other containers reach a port, as host:port."""
        return f"{self.container}:{self.ports[port].inside}"


@dataclass(frozen=True)
class Gateway:
    """A gateway of the catalogue, its services in order of start, and where clients enter.

    `tool` is the service beside the gateway that makes the copies, None where there is none;
    `mirrors` tells whether any copies are made at all, `checks_shadow` whether the gateway asks
    for the shadow's health.
    """

    name: str
    services: tuple[Service, ...]
    front: str
    entry: str = "proxy"
    tool: str | None = None
    mirrors: bool = True
    checks_shadow: bool = True

    def playing(self, role: str) -> str:
        """Return the name of the service that plays a role: tool or front."""
        return str(self.tool) if role == "tool" else self.front


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


def haproxy(way: str = "", primary: str = "service", **environment: str) -> Service:
    """Describe HAProxy as a way of mirroring uses it; "" is plain HAProxy."""
    name = f"haproxy-{way}" if way else "haproxy"
    directory = way if way in ("goreplay", "teeproxy") else name
    prefix = f"{way}_".upper() if way else ""
    return Service(
        name=name,
        title="HAProxy",
        container=name,
        program="haproxy",
        command=("{program}", "-W", "-db", "-f", "{configuration}"),
        ports={
            "proxy": Port("GATEWAY_BIND", inside=10000, published=f"{prefix}GATEWAY_PORT"),
            "stats": Port("STATS_BIND", inside=9999, published=f"{prefix}STATS_PORT"),
        },
        environment={
            "PRIMARY": f"{{primary.{primary}}}",
            "SHADOW": "{shadow.service}",
            "STATS_USER": "{stats.user}",
            "STATS_PASSWORD": "{stats.password}",
            **({"MIRROR_MARKER": "{marker}"} if way else {}),
            **environment,
        },
        configuration=DOCKER / directory / "haproxy.cfg",
        configuration_inside="/usr/local/etc/haproxy/haproxy.cfg",
        reload_signal=signal.SIGUSR2,
        version=("{program}", "-v"),
    )


def mirror_agent(way: str, network_of: str | None = None) -> Service:
    """Describe the mirroring agent behind one gateway."""
    return Service(
        name=f"mirror-agent-{way}",
        title="Mirroring agent",
        container=f"mirror-agent-{way}",
        command=("{python}", "-m", "mirror_agent", "{configuration}"),
        ports={
            "spoe": Port("SPOE_BIND", inside=12345),
            "ring": Port("RING_BIND", inside=12346),
            "metrics": Port("METRICS_BIND", inside=9901),
        },
        environment={
            "PYTHONPATH": str(ROOT / "mirror-agent"),
            "SHADOW": "{shadow.service}",
            "MIRROR_MARKER": "{marker}",
        },
        configuration=ROOT / "mirror-agent" / "reference" / "mirror-agent.yaml",
        configuration_inside="/etc/mirror-agent/mirror-agent.yaml",
        reload_signal=signal.SIGHUP,
        version=("{python}", "-m", "mirror_agent", "--version"),
        network_of=network_of,
    )
