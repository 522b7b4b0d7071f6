"""The catalogue: every gateway, and how its services are run in each kind of stack."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"


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
    {python}, and addresses such as {primary.service}.
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


@dataclass(frozen=True)
class Gateway:
    """A gateway of the catalogue, its services in order of start, and where clients enter."""

    name: str
    services: tuple[Service, ...]
    front: str
    entry: str = "proxy"


def _recorder(name: str) -> Service:
    return Service(
        name=name,
        title=f"{name.title()} Python",
        container=f"backend-{name}",
        command=("{python}", str(DOCKER / "backend" / "recorder.py"), "--name", name),
        ports={
            "service": Port("RECORDER_LISTEN", inside=8080),
            "control": Port("RECORDER_CONTROL", inside=8081),
        },
        version=("{python}", "--version"),
    )


PRIMARY = _recorder("primary")
SHADOW = _recorder("shadow")
RECORDERS = (PRIMARY, SHADOW)

_HAPROXY_CFG = DOCKER / "haproxy" / "haproxy.cfg"
HAPROXY = Service(
    name="haproxy",
    title="HAProxy",
    container="haproxy",
    program="haproxy",
    command=("{program}", "-W", "-db", "-f", str(_HAPROXY_CFG)),
    ports={
        "proxy": Port("GATEWAY_BIND", inside=10000, published="GATEWAY_PORT"),
        "stats": Port("STATS_BIND", inside=9999, published="STATS_PORT"),
    },
    environment={
        "PRIMARY": "{primary.service}",
        "SHADOW": "{shadow.service}",
        "STATS_USER": "{stats.user}",
        "STATS_PASSWORD": "{stats.password}",
    },
    configuration=_HAPROXY_CFG,
    configuration_inside="/usr/local/etc/haproxy/haproxy.cfg",
    reload_signal=signal.SIGUSR2,
    version=("{program}", "-v"),
)

CATALOGUE: Mapping[str, Gateway] = {
    gateway.name: gateway for gateway in (Gateway("HAProxy", (HAPROXY,), front="haproxy"),)
}
