"""Somebody's own gateway, made of the file that describes it."""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import Signals

from features.support.gateways import self_mirroring as family
from features.support.gateways.account import Account
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.description import Counted, Description, Started, address
from features.support.gateways.figures import page, samples
from features.support.gateways.handling import Handling
from features.support.gateways.model import Gateway, without_a_tool
from features.support.policy.places import Source, shown
from features.support.policy.sections import validated
from features.support.stack import Stack
from features.support.stack.compose import OWNER_LABEL, owner
from features.support.stack.service import Port, Service
from features.support.wire.client import Address

_NAME = "gateway"
_PORTS = {
    "proxy": Port("GATEWAY_BIND", inside=10000),
    "tls": Port("TLS_BIND", inside=10443),
    "stats": Port("STATS_BIND", inside=9999),
}
# Sets what a command may name, goes to the description's directory, and becomes the command.
_BECOME = r"""
for name in PRIMARY SHADOW GATEWAY_BIND TLS_BIND STATS_BIND; do
  eval "value=\${$name:-}"
  export "${name}_HOST=${value%:*}" "${name}_PORT=${value##*:}"
done
cd "$0" && eval "$1" && eval "set -- $2" && exec "$@"
"""
_CONTAINER = f"mirroring-spec-described-{os.getpid()}"
_PASSED_ON = (
    *("PRIMARY", "SHADOW", "MIRROR_MARKER", "CONFIGURATION", "SCRATCH", "TLS_CERTIFICATE"),
    *("GATEWAY_BIND", "TLS_BIND", "STATS_BIND"),
)


@dataclass(frozen=True)
class Described:
    """A described gateway, and what a run must know beside it.

    `addresses` are those of a gateway that runs elsewhere, by "gateway", "figures",
    "primary.service" and so on; empty where the run starts it. `prefixes` are its routes'.
    """

    gateway: Gateway
    said: Description
    addresses: Mapping[str, Address]
    credentials: tuple[str, str] | None
    marker: str = ""

    @property
    def prefixes(self) -> Mapping[str, str]:
        """Return the prefixes of the features' routes, and what they are here."""
        routes = self.said.routes
        own = (routes.mirrored, routes.sampled.prefix, routes.unmirrored)
        return dict(zip(("/api/v1", "/api/v2", "/api/v3"), own, strict=True))


def load(file: Path) -> Described:
    """Read a description; raises FileError, in one line with file, line and key."""
    source, said = validated(file, Description)
    if said.name in CATALOGUE:
        raise source.error(f"{said.name} is in the catalogue: take another", ("name",))
    running = said.running
    if running is None:
        service = _started(source, said, file.resolve().parent)
        return Described(_gateway(said, service), said, {}, None)
    addresses = {
        "gateway": address(running.address),
        "primary.service": address(running.primary.service),
        "primary.control": address(running.primary.control),
        "shadow.service": address(running.shadow.service),
        "shadow.control": address(running.shadow.control),
    }
    figures = running.figures
    if figures:
        addresses["figures"] = address(figures.address)
    credentials = (figures.user, figures.password) if figures and figures.user else None
    elsewhere = Service(_NAME, said.name, _NAME, (), _PORTS, ())
    return Described(_gateway(said, elsewhere), said, addresses, credentials, running.marker)


def _gateway(said: Description, service: Service) -> Gateway:
    count = said.can.count
    return Gateway(
        said.name,
        (service,),
        front=_NAME,
        checks_shadow=False,
        account=partial(_account, count) if count else None,
        handling=Handling(),
        does_not_apply=without_a_tool("no mirroring tool is described"),
    )


def _started(source: Source, said: Description, directory: Path) -> Service:
    started = said.started
    assert started is not None
    program, key = ("docker", "image") if started.image else (started.command[0], "command")
    if _program(program, directory) is None:
        raise source.error(f"there is no program {shown(program)} here", ("started", key))
    file = directory / started.configuration
    configuration = _configuration(source, file) if started.configuration else ""
    text = "\n".join([configuration, *started.command, *started.environment.values()])
    reload_ = said.can.reload_signal
    rendered = "{scratch}/" + file.name
    return Service(
        name=_NAME,
        title=said.name,
        container=_NAME,
        command=(
            *(("sh", family.RENDER, str(file), rendered) if started.configuration else ()),
            *("sh", "-c", _BECOME, str(directory), _exports(started), _words(started, directory)),
        ),
        ports={n: p for n, p in _PORTS.items() if n == "proxy" or p.variable in text},
        environment={**family.ENVIRONMENT, "SCRATCH": "{scratch}", "CONFIGURATION": rendered},
        version=("echo", said.version or "unknown"),
        reload_signal=Signals[reload_] if reload_ else None,
        before_reload=() if reload_ else tuple(said.can.reload or ()),
        owns_ports=not started.image,
        removal=("docker", "rm", "--force", _CONTAINER) if started.image else (),
    )


def _configuration(source: Source, file: Path) -> str:
    """Return the text of a configuration; raises FileError."""
    place = ("started", "configuration")
    if not file.is_file():
        raise source.error(f"there is no file {str(file)!r}", place)
    try:
        return file.read_text(errors="replace")
    except OSError as reason:
        raise source.error(f"{str(file)!r} cannot be read: {reason.strerror}", place) from reason


def _program(name: str, directory: Path) -> str | None:
    return shutil.which(str(directory / name) if "/" in name else name)


def _exports(started: Started) -> str:
    own = (f"export {name}={_quoted(value)}" for name, value in started.environment.items())
    return "; ".join(own) or "true"


def _words(started: Started, directory: Path) -> str:
    """Return the command for a shell, which fills in the variables that its words name."""
    words = [_quoted(each) for each in started.command]
    if not started.image:
        return " ".join(words)
    names = (*_PASSED_ON, *(f"{n}_{part}" for n in _PASSED_ON for part in ("HOST", "PORT")))
    passed = [f"--env={name}" for name in (*names, *started.environment)]
    place = [f"--volume={directory}:{directory}:ro", f"--workdir={directory}"]
    # As whoever runs it, for the description's directory may be open to nobody else.
    who = '--user="$(id -u):$(id -g)"'
    whose = [f"--name={_CONTAINER}", who, *(f"--label={each}" for each in _labels())]
    run = ["docker", "run", "--rm", "--init", "--network=host", *whose, *passed, *place]
    shared = ['--volume="$SCRATCH:$SCRATCH"', '--volume="$TLS_CERTIFICATE:$TLS_CERTIFICATE:ro"']
    return " ".join([*run, *shared, _quoted(started.image), *words])


def _labels() -> list[str]:
    """Return labels by which Compose removes what a killed run has left, as it does of others."""
    of_compose = f"project={_CONTAINER} service={_NAME} oneoff=False config-hash=none".split()
    return [f"{OWNER_LABEL}={owner()}", *(f"com.docker.compose.{each}" for each in of_compose)]


def _quoted(word: str) -> str:
    """Return a word in quotes for a shell, in which ${NAME} alone means something."""
    bare = re.sub(r'(["`\\]|\$(?!\{[A-Z][A-Z0-9_]*\}))', r"\\\1", word)
    return f'"{bare}"'


def _account(count: Counted, stack: Stack, gateway: Gateway) -> Account:
    text = page(stack, gateway.front, "stats", count.path)
    received, sent = _figure(text, count.received), _figure(text, count.sent)
    lost = sum(_figure(text, each) for each in count.lost)
    return Account(received, sent, {"lost": lost}, {}, in_flight=max(0, received - sent - lost))


def _figure(text: str, wanted: str) -> int:
    """Return a figure by its name, with or without labels; 0 where nothing was counted yet."""
    ((name, labels, _),) = samples(f"{wanted} 0\n")
    found = (each for each in samples(text) if each.name == name)
    return int(sum(each.value for each in found if labels.items() <= each.labels.items()))
