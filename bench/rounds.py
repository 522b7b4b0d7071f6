"""The order of what is measured: rounds of all gateways, each under all its conditions."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.loads import Load, pace, saturate
from bench.rows import (
    BESIDE,
    FIXED,
    FROZEN,
    FULL,
    LATE,
    MIRRORED,
    PLAIN,
    TOOL_DEAD,
    UNMIRRORED,
    WELL,
    LoadCell,
    Row,
)
from bench.stack import Subject, conditions_of, running
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.model import Gateway
from features.support.waiting import watch

_LOADS: Mapping[str, Callable[[str, int], Load]] = {FULL: saturate, FIXED: pace}
_SETTLED_WITHIN = 10.0
_LATE_WITHIN = 1.0
_LOOKS, _EVERY = 4, 0.1  # so many looks that see nothing new, so many seconds apart
# Seconds that a load takes beside itself, a condition to begin, and a gateway to start.
_CELL, _BEGIN, _START = 0.5, 2, 4


def order(gateways: Sequence[Gateway], rounds: int) -> Iterator[tuple[int, Gateway]]:
    """Yield rounds and gateways; every second round runs backwards, so that drift evens out."""
    for number in range(rounds):
        for gateway in reversed(gateways) if number % 2 else gateways:
            yield number, gateway


def measure(gateway: Gateway, seconds: int, number: int) -> list[Row]:
    """Return what one gateway gave in one round; raises StackError or ValueError."""
    with running(CATALOGUE[PLAIN]) as plain, running(gateway) as subject:
        return list(_measure(subject, plain, seconds, number))


def minutes(gateways: Sequence[Gateway], seconds: int, rounds: int) -> float:
    """Return about how long that takes."""
    loads = [
        len(_routes(each, condition, load))
        for each in gateways
        for condition in conditions_of(each)
        for load in _LOADS
    ]
    began = _BEGIN * len(loads) / len(_LOADS) + _START * len(gateways)
    return rounds * (sum(loads) * (seconds + _CELL) + began) / 60


def _measure(subject: Subject, plain: Subject, seconds: int, number: int) -> Iterator[Row]:
    saturate(plain.url(MIRRORED), 1)
    for condition in conditions_of(subject.gateway):
        subject.begin(condition)
        # The moment when a condition begins is the specification's matter; here it has lasted.
        subject.await_answers()
        saturate(subject.url(MIRRORED), 1)
        settled(subject, condition)
        for load in _LOADS:
            routes = _routes(subject.gateway, condition, load)
            for route in reversed(routes) if number % 2 else routes:
                cell = LoadCell(number, subject.gateway.name, condition, route, load)
                yield _row(plain if route == BESIDE else subject, cell, seconds)


def _routes(gateway: Gateway, condition: str, load: str) -> list[str]:
    """Return what to load; what is not mirrored meets no shadow, but perhaps the tool.

    Where a target compares with plain HAProxy, that is loaded as well: minutes later these
    machines are faster or slower.
    """
    beside = gateway.name != PLAIN and (condition == WELL or load == FULL)
    anew = condition == WELL or (condition in (FROZEN, TOOL_DEAD) and load == FULL)
    return [*([UNMIRRORED] if anew else []), *([BESIDE] if beside else []), MIRRORED]


def _row(subject: Subject, cell: LoadCell, seconds: int) -> Row:
    """Load one route, and see what the services used, and what primary and shadow got."""
    before, requests = subject.copies(), subject.requests()
    front, tool = subject.cpu()
    route = MIRRORED if cell.route == BESIDE else cell.route
    seen = _LOADS[cell.load](subject.url(route), seconds)
    after = settled(subject, cell.condition)
    front_after, tool_after = subject.cpu()
    copies = None if before is None or after is None else after - before
    used = tool_after - tool if subject.gateway.tool else None
    return Row(cell, seen, front_after - front, used, subject.requests() - requests, copies)


def settled(subject: Subject, condition: str) -> int | None:
    """Return what the shadow has got once no more comes; from a late one it comes for long."""
    seen: list[int | None] = []

    def look() -> int | None:
        seen.append(subject.copies())
        return seen[-1]

    within = _LATE_WITHIN if condition == LATE else _SETTLED_WITHIN
    still = watch(look, lambda now: now is None or seen[-_LOOKS:] == [now] * _LOOKS, within, _EVERY)
    return still.value
