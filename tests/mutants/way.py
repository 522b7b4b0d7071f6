"""How mutants of the ways of mirroring are described."""

from tests.mutants.mutant import Mutant, Patch
from tests.runs import ROOT

_FEATURES = ROOT / "features"

MIRROR = "mirror-agent/mirror_agent/mirror.py"
COPYING = "mirror-agent/mirror_agent/copying.py"
POOL = "mirror-agent/mirror_agent/sender/pool.py"
SPOE_INPUT = "mirror-agent/mirror_agent/inputs/spoe.py"
POLICY = "docker/mirroring-config.yaml"
YAML = "mirror-agent/reference/mirror-agent.yaml"
SPOE = "docker/haproxy-spoe/haproxy.cfg"
MESSAGE = "docker/haproxy-spoe/mirror.spoe"
LUA = "docker/haproxy-lua/haproxy.cfg"


def broken(
    name: str, breaks: str, patches: tuple[Patch, ...], plays: tuple[str, str], *killers: str
) -> Mutant:
    """Break a gateway; `plays` are the feature and the gateway whose scenarios are played."""
    feature, gateway = plays
    return Mutant(
        name,
        breaks,
        patches,
        tuple(f"{feature}: {killer}" for killer in killers),
        bystanders=("*",),
        features=tuple(
            str(file.relative_to(ROOT)) for file in _FEATURES.glob(f"*/{feature}.feature")
        ),
        titles=gateway,
    )


def broken_spoe(name: str, breaks: str, patch: Patch, feature: str, *killers: str) -> Mutant:
    return broken(name, breaks, (patch,), (feature, "HAProxy with SPOE"), *killers)


def broken_itself(
    gateway: str, name: str, breaks: str, patch: Patch, feature: str, killer: str
) -> Mutant:
    """Break a gateway that mirrors by itself, and for whom {} stands in the killer."""
    named = f"{gateway.lower()}-{name}"
    return broken(named, breaks, (patch,), (feature, gateway), killer.format(gateway))


def careless(
    gateway: str, name: str, breaks: str, patches: Patch | tuple[Patch, ...], plays: str
) -> Mutant:
    """Break a gateway; `plays` is the feature and the killer's title, for whom {} stands."""
    feature, _, killer = plays.format(gateway).partition(": ")
    made = (patches,) if isinstance(patches, Patch) else patches
    return broken(name, breaks, made, (feature, gateway), killer)
