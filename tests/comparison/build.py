"""Outcomes and comparisons, made by hand for tests."""

from collections.abc import Mapping, Sequence

from comparison.model import SEVERITIES, Column, Comparison, Run, ScenarioRef
from comparison.verdicts import ScenarioResult, judge

SPOE, RING, LUA, ENVOY = (
    "HAProxy with SPOE",
    "HAProxy with a log ring",
    "HAProxy with Lua",
    "Envoy",
)
FILE = "features/mirroring/copies.feature"


def outcome(
    gateway: str,
    promise: str = "body",
    status: str = "passed",
    says: str = "copies bodies",
    *,
    tags: str = "critical",
    reason: str = "",
    line: int = 10,
) -> ScenarioResult:
    own = next((tag for tag in tags.split() if tag in SEVERITIES), "")
    steps = (f"Given {gateway} is the gateway", "When a body is sent", "Then it is copied")
    ref = ScenarioRef(FILE, line, f"{gateway} {says}", steps, own)
    named = frozenset({f"promise.{promise}", *tags.split()})
    return ScenarioResult(ref, "A copy is what the client sent", named, gateway, status, reason)


def limit(
    gateway: str,
    promise: str = "body",
    says: str = "cuts bodies",
    status: str = "passed",
    line: int = 20,
) -> ScenarioResult:
    return outcome(gateway, promise, status, says, tags="limit normal", line=line)


def column(gateway: str, version: str = "2.8.1", *beside: str) -> Column:
    name = "HAProxy" if gateway.startswith("HAProxy") else gateway
    return Column(gateway, ((name, version), *((each, "1.0") for each in beside)))


def run(started: str = "2026-11-25T10:00:00Z", *, whole: bool = True) -> Run:
    return Run(started, "local", "Linux x86_64", 60, whole, "features/")


def comparison(
    results: Sequence[ScenarioResult],
    *columns: Column,
    when: str = "2026-11-25T10:00:00Z",
    excused: Mapping[str, Mapping[str, str]] | None = None,
) -> Comparison:
    gateways = dict.fromkeys(each.gateway for each in results)
    chosen = columns or tuple(column(gateway) for gateway in gateways)
    return judge(results, chosen, run(when), excused or {})
