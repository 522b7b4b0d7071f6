"""What the rows say together: per gateway and condition, the median of all rounds and its spread.

Ratios and differences are made within a round, of loads that lie close together in time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from bench.rows import BESIDE, FIXED, FULL, MIRRORED, PLAIN, UNMIRRORED, WELL, LoadCell, Row, index


class Spread(NamedTuple):
    """The least, the median and the most of all rounds."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class CostFigures:
    """One gateway under one condition; None where nothing was answered, or is not measured.

    First with as much load as could be answered, then (`fixed`, `added`) at the fixed rate.
    `of_plain` and `over_plain` compare with plain HAProxy, `of_itself` and `added` with the
    route of the same running gateway that is not mirrored.
    """

    gateway: str
    condition: str
    rate: Spread | None
    of_plain: Spread | None
    of_itself: Spread | None
    p99_ms: Spread | None
    p99_of_plain: Spread | None
    gateway_us: Spread | None
    gateway_us_of_plain: Spread | None
    tool_us: Spread | None
    copies_percent: Spread | None
    errors: int
    fixed_rate: Spread | None
    fixed_p50_ms: Spread | None
    fixed_p99_ms: Spread | None
    fixed_p99_of_plain: Spread | None
    added_p50_ms: Spread | None
    added_p99_ms: Spread | None
    fixed_gateway_us: Spread | None
    fixed_tool_us: Spread | None
    fixed_copies_percent: Spread | None
    fixed_errors: int

    def spreads(self) -> Mapping[str, Spread]:
        """Return what was measured, by name."""
        return {name: each for name, each in vars(self).items() if isinstance(each, Spread)}


class _Round(NamedTuple):
    """A load of the mirrored route, with what it is compared to in the same round."""

    row: Row
    own: Row
    plain: Row


def summarise(rows: Sequence[Row]) -> list[CostFigures]:
    """Return the figures in the order in which the gateways of the first round came."""
    known = index(rows)
    pairs = dict.fromkeys((row.cell.condition, row.cell.gateway) for row in rows)
    return [_figures(known, gateway, condition) for condition, gateway in pairs]


def of(figures: Iterable[CostFigures], gateway: str, condition: str) -> CostFigures | None:
    """Return the figures of a gateway under a condition, None where there are none."""
    asked = (gateway, condition)
    return next((each for each in figures if (each.gateway, each.condition) == asked), None)


def _figures(known: Mapping[LoadCell, Row], gateway: str, condition: str) -> CostFigures:
    full = _rounds(known, gateway, condition, FULL)
    fixed = _rounds(known, gateway, condition, FIXED)
    return CostFigures(
        gateway=gateway,
        condition=condition,
        rate=_spread(full, lambda each: each.row.seen.rate),
        of_plain=_spread(full, lambda each: _ratio(each.row.seen.rate, each.plain.seen.rate)),
        of_itself=_spread(full, lambda each: _ratio(each.row.seen.rate, each.own.seen.rate)),
        p99_ms=_spread(full, lambda each: each.row.seen.p99),
        p99_of_plain=_spread(full, lambda each: _ratio(each.row.seen.p99, each.plain.seen.p99)),
        gateway_us=_spread(full, lambda each: _gateway_us(each.row)),
        gateway_us_of_plain=_spread(
            full, lambda each: _ratio(_gateway_us(each.row), _gateway_us(each.plain))
        ),
        tool_us=_spread(full, lambda each: each.row.micros(each.row.tool)),
        copies_percent=_spread(full, lambda each: each.row.share()),
        errors=sum(each.row.seen.errors for each in full),
        fixed_rate=_spread(fixed, lambda each: each.row.seen.rate),
        fixed_p50_ms=_spread(fixed, lambda each: each.row.seen.p50),
        fixed_p99_ms=_spread(fixed, lambda each: each.row.seen.p99),
        fixed_p99_of_plain=_spread(
            fixed, lambda each: _ratio(each.row.seen.p99, each.plain.seen.p99)
        ),
        added_p50_ms=_spread(fixed, lambda each: _more(each.row.seen.p50, each.own.seen.p50)),
        added_p99_ms=_spread(fixed, lambda each: _more(each.row.seen.p99, each.own.seen.p99)),
        fixed_gateway_us=_spread(fixed, lambda each: _gateway_us(each.row)),
        fixed_tool_us=_spread(fixed, lambda each: each.row.micros(each.row.tool)),
        fixed_copies_percent=_spread(fixed, lambda each: each.row.share()),
        fixed_errors=sum(each.row.seen.errors for each in fixed),
    )


def _rounds(known: Mapping[LoadCell, Row], gateway: str, condition: str, load: str) -> list[_Round]:
    found = []
    for number in sorted({cell.round for cell in known}):
        cell = LoadCell(number, gateway, condition, MIRRORED, load)
        row = known.get(cell)
        own = _else_well(known, cell._replace(route=UNMIRRORED))
        beside = _else_well(known, cell._replace(route=BESIDE))
        plain = beside or _else_well(known, cell._replace(gateway=PLAIN))
        if row and own and plain:
            found.append(_Round(row, own, plain))
    return found


def _else_well(known: Mapping[LoadCell, Row], cell: LoadCell) -> Row | None:
    """Return a row, or that with the shadow well where the condition does not concern it."""
    return known.get(cell) or known.get(cell._replace(condition=WELL))


def _spread(rounds: Sequence[_Round], of: Callable[[_Round], float | None]) -> Spread | None:
    values = [value for each in rounds if (value := of(each)) is not None]
    return Spread(min(values), median(values), max(values)) if values else None


def _gateway_us(row: Row) -> float | None:
    return row.micros(row.front)


def _ratio(value: float | None, base: float | None) -> float | None:
    return value / base if value is not None and base else None


def _more(value: float | None, base: float | None) -> float | None:
    return value - base if value is not None and base is not None else None
