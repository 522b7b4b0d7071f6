"""What each way of mirroring was to cost at most, and whether it was measured to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.figures import CostFigures, Spread, of
from bench.loads import RATE
from bench.rows import DEAD, FROZEN, LATE, PLAIN, TOOL_DEAD, WELL

_SPOE, _LUA, _RING = "HAProxy with SPOE", "HAProxy with Lua", "HAProxy with a log ring"
# A p99 of a second or two of load varies by this much from run to run, for plain HAProxy too.
_AS_PLAIN = 1.25


@dataclass(frozen=True)
class CostTarget:
    """A bound on one figure of a gateway under a condition."""

    gateway: str
    condition: str
    what: str
    value: Callable[[CostFigures], Spread | None]
    bound: float
    at_least: bool = False
    every_round: bool = False  # else the median counts


@dataclass(frozen=True)
class TargetVerdict:
    """A target, what was measured, and whether that meets it; None where nothing was measured."""

    target: CostTarget
    measured: Spread | None
    met: bool | None


def _throughput(gateway: str, condition: str, bound: float) -> CostTarget:
    what = f"requests/s, of plain {PLAIN}'s"
    return CostTarget(gateway, condition, what, lambda each: each.of_plain, bound, at_least=True)


def _p99_of_plain(gateway: str, condition: str, bound: float) -> CostTarget:
    return CostTarget(
        gateway,
        condition,
        f"p99 under full load, of plain {PLAIN}'s",
        lambda each: each.p99_of_plain,
        bound,
    )


TARGETS = (
    _throughput(_SPOE, WELL, 0.45),
    CostTarget(_SPOE, WELL, "CPU of the agent per request, µs", lambda each: each.tool_us, 33),
    CostTarget(
        _SPOE, WELL, f"p99 added at {RATE:,} requests/s, ms", lambda each: each.added_p99_ms, 2
    ),
    _throughput(_SPOE, FROZEN, 0.9),
    _throughput(_SPOE, TOOL_DEAD, 0.9),
    _throughput(_SPOE, LATE, 0.65),
    _p99_of_plain(_SPOE, LATE, 2),
    _throughput(_SPOE, DEAD, 0.6),
    _throughput(_LUA, WELL, 0.35),
    CostTarget(
        _RING,
        WELL,
        f"CPU of {PLAIN} per request, of plain {PLAIN}'s",
        lambda each: each.gateway_us_of_plain,
        1.3,
    ),
    CostTarget(
        _RING,
        WELL,
        f"p99 at {RATE:,} requests/s, of plain {PLAIN}'s",
        lambda each: each.fixed_p99_of_plain,
        _AS_PLAIN,
    ),
)


def judge(figures: Sequence[CostFigures]) -> list[TargetVerdict]:
    """Return a verdict for each target, and for each gateway that was to lose no copy."""
    mirroring = dict.fromkeys(each.gateway for each in figures if each.gateway != PLAIN)
    return [_judged(target, figures) for target in (*TARGETS, *map(_nothing_lost, mirroring))]


def _nothing_lost(gateway: str) -> CostTarget:
    return CostTarget(
        gateway,
        WELL,
        f"copies per request at {RATE:,} requests/s, %",
        lambda each: each.fixed_copies_percent,
        100,
        at_least=True,
        every_round=True,
    )


def _judged(target: CostTarget, figures: Sequence[CostFigures]) -> TargetVerdict:
    seen = of(figures, target.gateway, target.condition)
    measured = target.value(seen) if seen else None
    if measured is None:
        return TargetVerdict(target, None, None)
    worst = measured.low if target.at_least else measured.high
    value = worst if target.every_round else measured.middle
    met = value >= target.bound if target.at_least else value <= target.bound
    return TargetVerdict(target, measured, met)
