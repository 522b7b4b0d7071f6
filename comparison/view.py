"""What renderings share: columns put together, limits put together and numbered, tallies."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from comparison.model import (
    SEVERITIES,
    Cell,
    Column,
    Comparison,
    Promise,
    Told,
    Verdict,
)
from comparison.verdicts import without_gateway


@dataclass(frozen=True)
class Shown:
    """A gateway as it is shown: all its versions that came out the same."""

    columns: tuple[Column, ...]

    @property
    def column(self) -> Column:
        """Return one of them, which speaks for all."""
        return self.columns[0]

    @property
    def gateway(self) -> str:
        """Return the gateway's name."""
        return self.column.gateway

    @property
    def versions(self) -> str:
        """Return what it ran with, "" when nothing was started."""
        known = list(dict.fromkeys(each.version for each in self.columns if each.version))
        return f"{self.column.programs[0][0]} {', '.join(known)}" if known else ""

    @property
    def name(self) -> str:
        """Return the name with the version, shortly."""
        numbers = self.versions.removeprefix(f"{self.column.programs[0][0]} ")
        return f"{self.gateway} ({numbers})" if numbers else self.gateway


@dataclass(frozen=True)
class Limit:
    """What happens instead of a promise, and where it happens: gateways with their scenarios."""

    number: int
    promise: Promise
    title: str
    told: tuple[tuple[str, Told], ...]

    @property
    def anchor(self) -> str:
        """Return its id in a page."""
        return f"limit-{self.number}"

    @property
    def steps(self) -> list[str]:
        """Return its steps with a word for the gateway where several have the limit."""
        gateway, first = self.told[0]
        if len(self.told) == 1:
            return list(first.steps)
        return [step.replace(gateway, "each of these") for step in first.steps]


class View:
    """A comparison, prepared for reading."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    @cached_property
    def shown(self) -> list[Shown]:
        """Return the columns; versions of a gateway that came out the same are one."""
        found: dict[object, list[Column]] = {}
        for column in self.comparison.columns:
            cells = tuple(
                (cell.verdict, cell.instead, cell.why) for _, cell in self.comparison.cells(column)
            )
            found.setdefault((column.gateway, cells), []).append(column)
        return [Shown(tuple(columns)) for columns in found.values()]

    @cached_property
    def limits(self) -> list[Limit]:
        """Return every limit once, in the order of the promises."""
        found: list[Limit] = []
        for promise in self.comparison.promises:
            told: dict[str, dict[str, Told]] = {}
            for shown in self.shown:
                cell = promise.cell(shown.column)
                for each in self._instead(cell, Verdict.LIMIT):
                    title = without_gateway(each.title, shown.gateway)
                    told.setdefault(title, {})[shown.gateway] = each
            for title, gateways in told.items():
                found.append(Limit(len(found) + 1, promise, title, tuple(gateways.items())))
        return found

    def limits_in(self, cell: Cell) -> list[Limit]:
        """Return the limits that a cell tells of, of whatever promise."""
        keys = set(cell.instead)
        return [each for each in self.limits if any(told.key in keys for _, told in each.told)]

    def limits_of(self, promise: Promise, shown: Shown) -> list[Limit]:
        """Return the limits of one promise and gateway, empty where it is not a limit."""
        return self.limits_in(promise.cell(shown.column))

    def failures_of(self, promise: Promise, shown: Shown) -> list[Told]:
        """Return the scenarios that failed in one cell."""
        return self._instead(promise.cell(shown.column), Verdict.FAILED)

    def why_not_run(self, shown: Shown) -> str:
        """Return the one reason why nothing of a gateway was run, "" when some was."""
        cells = [cell for _, cell in self.comparison.cells(shown.column)]
        reasons = {cell.why for cell in cells if cell.verdict is Verdict.NOT_RUN}
        return (
            reasons.pop() if len(reasons) == 1 and not any(c.verdict.was_run for c in cells) else ""
        )

    def needs_why(self, cell: Cell, shown: Shown) -> bool:
        """Tell whether a reason belongs in a cell; a whole column's is told once, elsewhere."""
        return bool(cell.why) and cell.why != self.why_not_run(shown)

    def tally(self, shown: Shown, promises: Sequence[Promise] | None = None) -> "Tally":
        """Count the verdicts of a gateway, over all promises or over some."""
        chosen = self.comparison.promises if promises is None else promises
        return Tally(tuple((each, each.cell(shown.column)) for each in chosen))

    def _instead(self, cell: Cell, verdict: Verdict) -> list[Told]:
        return self.comparison.instead(cell) if cell.verdict is verdict else []


@dataclass(frozen=True)
class Tally:
    """Promises with a gateway's cells, to be counted."""

    cells: tuple[tuple[Promise, Cell], ...]

    def of(self, verdict: Verdict) -> list[Promise]:
        """Return the promises with a verdict."""
        return [promise for promise, cell in self.cells if cell.verdict is verdict]

    @property
    def kept(self) -> int:
        """Count the promises that are kept."""
        return len(self.of(Verdict.KEPT))

    @property
    def applying(self) -> int:
        """Count the promises that mean something for the gateway."""
        return len(self.cells) - len(self.of(Verdict.DOES_NOT_APPLY))

    @property
    def complete(self) -> bool:
        """Tell whether runs answer every promise."""
        return bool(self.cells) and not self.of(Verdict.NOT_RUN)

    @property
    def rank(self) -> tuple[int, ...]:
        """Return what sorts gateways, best first: failures, then limits, the grave ones first."""
        limits = Counter(promise.severity for promise in self.of(Verdict.LIMIT))
        return (len(self.of(Verdict.FAILED)), *(limits[each] for each in SEVERITIES))

    @property
    def phrase(self) -> str:
        """Return it in a few words: "12 of 14, 2 limits"."""
        words = [f"{self.kept} of {self.applying}"] if self.applying else ["does not apply"]
        for verdict, one, many in (
            (Verdict.FAILED, "FAILED", "FAILED"),
            (Verdict.LIMIT, "limit", "limits"),
            (Verdict.NOT_RUN, "not run", "not run"),
        ):
            number = len(self.of(verdict))
            if number == self.applying and verdict is Verdict.NOT_RUN and number:
                return "not run"
            words += [f"{number} {one if number == 1 else many}"] if number else []
        return ", ".join(words)
