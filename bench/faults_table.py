"""What faults did, as Markdown: a table for each gateway."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_HEAD = ("fault", "what clients see", "copies lost", "counted?", "memory")


@dataclass(frozen=True)
class FaultOutcome:
    """What one fault did with one gateway: seconds, and megabytes on top of those at rest.

    `counted` is what the way of mirroring told of copies that got no answer, by reason; None where
    it counts nothing. `memory` is None where it could not be read.
    """

    gateway: str
    fault: str
    requests: int
    unanswered: int
    slowest: float
    copies: int
    counted: Mapping[str, int] | None
    memory: float | None

    @property
    def lost(self) -> int:
        """Return how many requests have no copy."""
        return self.requests - self.copies

    def cells(self) -> tuple[str, ...]:
        """Return the row."""
        return (self.fault, self._clients(), self._losses(), self._account(), self._memory())

    def _clients(self) -> str:
        well = self.requests - self.unanswered
        told = (
            f"{well} of {self.requests} answered"
            if self.unanswered
            else f"all {self.requests} answered"
        )
        return f"{told}, the slowest after {self.slowest * 1000:,.0f} ms"

    def _losses(self) -> str:
        return f"{self.lost} of {self.requests}" if self.lost else "none"

    def _account(self) -> str:
        if self.counted is None:
            return "it counts nothing" if self.lost else "nothing to count"
        told = ", ".join(f"{count} {reason}" for reason, count in self.counted.items())
        if not self.lost:
            return f"none lost; without an answer: {told}" if told else "nothing to count"
        enough = sum(self.counted.values()) >= self.lost
        return f"{'yes' if enough else 'not all'}: {told}" if told else "no"

    def _memory(self) -> str:
        return "not known" if self.memory is None else f"{max(self.memory, 0):+.0f} MB"


@dataclass(frozen=True)
class FaultRun:
    """How it was played: when, how long, with how many requests, on what, and what could not be."""

    date: str
    minutes: float
    in_turn: int
    at_once: int
    versions: Sequence[str]
    not_run: Mapping[str, str]


def render(outcomes: Sequence[FaultOutcome], run: FaultRun) -> str:
    """Return the whole page."""
    lines = [*_opening(run)]
    for gateway in dict.fromkeys(each.gateway for each in outcomes):
        lines += ["", f"## {gateway}", "", *_table([e for e in outcomes if e.gateway == gateway])]
    if run.not_run:
        lines += ["", "## Not run", ""]
        lines += [f"* {gateway}: {reason}" for gateway, reason in run.not_run.items()]
    return "\n".join(lines) + "\n"


def _opening(run: FaultRun) -> Iterator[str]:
    yield from (
        "# What faults do",
        "",
        f"Played by `make faults` on {run.date}, in {run.minutes:.0f} minutes, on",
        f"{'; '.join(run.versions)}.",
        f"While a fault lasts, a client sends {run.in_turn} requests in turn over one connection,",
        f"as many as it can begin in 4 s, and then {run.at_once} clients send one each. All are on",
        "a route of which every request is to be copied.",
        "",
        "* *copies lost*: requests of which the shadow had got no copy 6 s after the fault's end.",
        "* *counted?*: what the figures of the way of mirroring say of copies without an answer. A",
        "  copy can arrive and get none: then nothing is lost, and it is counted all the same.",
        "* *memory*: the most that the gateway and what runs beside it held on top of what they",
        "  held before.",
        "* *none* is the measure for the others; *the tool* is what runs beside the gateway.",
    )


def _table(outcomes: Sequence[FaultOutcome]) -> Iterator[str]:
    yield f"| {' | '.join(_HEAD)} |"
    yield f"| {' | '.join('---' for _ in _HEAD)} |"
    for each in outcomes:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in each.cells())} |"
