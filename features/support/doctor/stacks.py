"""Which gateways can be played in which kind of stack."""

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from features.support.doctor.finding import Finding, State, as_root, side_by_side
from features.support.errors import CannotFindOutError
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.model import Gateway
from features.support.options import parse
from features.support.paths import ROOT
from features.support.stack import Stack
from features.support.stack.docker import DockerStack
from features.support.stack.engine import why_no_engine
from features.support.stack.local import LocalStack
from features.support.stack.service import Service

WITHIN = 7.0  # seconds for all gateways of a stack
_SILENT = f"no answer within {WITHIN:.0f} s"
_PACKAGES = f"{sys.executable} -m pip install -r {ROOT / 'requirements.txt'}"
ENGINE = ROOT / ".ci" / "engine"


def local() -> list[Finding]:
    """Say what can be played with programs of this machine."""
    try:
        stack = LocalStack(parse({"stack": "local"}))
    except CannotFindOutError as reason:  # a variable names a program that is not there
        return _closed("local", str(reason), f"unset {str(reason).partition('=')[0].split()[-1]}")
    try:
        return _gateways(stack, {each.title: partial(stack.version, each) for each in _services()})
    finally:
        stack.down()


def docker() -> list[Finding]:
    """Say what can be played with containers."""
    reason = why_no_engine()
    if reason:
        return _closed("docker", reason, _mend_engine())
    try:
        stack = DockerStack(parse({"stack": "docker"}))
        told = ", ".join(stack.outlook([]))
    except CannotFindOutError as failure:
        return _closed("docker", str(failure), "docker version")
    return [Finding("tool", "engine", "ok", told), *_gateways(stack, {})]


def _services() -> list[Service]:
    """Return a service for each program, of all that have the same title."""
    services = (each for gateway in CATALOGUE.values() for each in gateway.services)
    return list({each.title: each for each in services if each.named_by is None}.values())


def _gateways(stack: Stack, versions: Mapping[str, Callable[[], str]]) -> list[Finding]:
    """Ask about all gateways at once; a version that is not told in time is left out."""
    known: dict[str, str] = {}

    def ask_versions() -> None:
        known.update(side_by_side(versions, WITHIN - 1))

    asked: dict[str, Callable[[], Finding | None]] = {"": ask_versions}
    asked |= {name: partial(_gateway, stack, gateway) for name, gateway in CATALOGUE.items()}
    answers = side_by_side(asked, WITHIN)
    unknown = partial(Finding, "gateway", state="unknown", told=_SILENT, stack=stack.kind)
    found = [
        _with_versions(answers.get(name) or unknown(name), gateway, known)
        for name, gateway in CATALOGUE.items()
    ]
    playable = sum(each.state == "ok" for each in found)
    state: State = "ok" if playable else "missing"
    told = f"{playable} of {len(found)} gateways can be played"
    return [Finding("stack", stack.kind, state, told, stack=stack.kind), *found]


def _gateway(stack: Stack, gateway: Gateway) -> Finding:
    try:
        reason = stack.why_not(gateway)
        if not reason:
            return Finding("gateway", gateway.name, "ok", "", stack=stack.kind)
    except (CannotFindOutError, OSError) as failure:
        return Finding("gateway", gateway.name, "unknown", str(failure), stack=stack.kind)
    mend = _mend(gateway, reason, stack.kind)
    return Finding("gateway", gateway.name, "missing", str(reason), mend, stack.kind)


def _with_versions(found: Finding, gateway: Gateway, told: Mapping[str, str]) -> Finding:
    """Add the versions of a gateway's programs, that which clients talk to first."""
    front_first = sorted(gateway.services, key=lambda each: each.name != gateway.front)
    titles = dict.fromkeys(each.title for each in front_first)
    known = [
        f"{title} {told[title]}" for title in titles if told.get(title, "unknown") != "unknown"
    ]
    return replace(found, told=", ".join(known)) if found.state == "ok" else found


def _mend(gateway: Gateway, reason: str, kind: str) -> str:
    if kind == "local" and any(_comes_as_image(each) for each in gateway.services):
        return "behave -D stack=docker features/"
    mends = (each.mend(reason) for each in gateway.services if each.mend)
    return next(mends, _PACKAGES)


def _comes_as_image(service: Service) -> bool:
    return service.named_by is not None


def _closed(kind: str, reason: str, mend: str) -> list[Finding]:
    """Say of a stack, and so of each gateway in it, that it cannot be played."""
    gateways = [Finding("gateway", name, "missing", reason, mend, kind) for name in CATALOGUE]
    return [Finding("stack", kind, "missing", reason, mend, kind), *gateways]


def _mend_engine() -> str:
    if shutil.which("apt-get"):
        return as_root(ENGINE)
    return "install it as https://docs.docker.com/engine/install/ says"
