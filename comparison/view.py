"""What renderings share: columns put together, limits put together and numbered, counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from comparison.claims import mirrors
from comparison.model import SEVERITIES, Cell, Column, Comparison, Promise, ScenarioRef, Verdict
from comparison.verdicts import without_gateway


@dataclass(frozen=True)
class ShownGateway:
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
    def numbers(self) -> str:
        """Return the versions of what clients talk to, "" when nothing was started."""
        return ", ".join(dict.fromkeys(each.version for each in self.columns if each.version))

    @property
    def versions(self) -> str:
        """Return what it ran with, "" when nothing was started."""
        return f"{self.column.programs[0][0]} {self.numbers}" if self.numbers else ""

    @property
    def name(self) -> str:
        """Return the name with the version, shortly."""
        return f"{self.gateway} ({self.numbers})" if self.numbers else self.gateway


@dataclass(frozen=True)
class ShownLimit:
    """What happens instead of a promise, and where it happens: gateways with their scenarios."""

    number: int
    promise: Promise
    title: str
    scenarios: tuple[tuple[str, ScenarioRef], ...]

    @property
    def anchor(self) -> str:
        """Return its id in a page."""
        return f"limit-{self.number}"

    @property
    def severity(self) -> str:
        """Return how bad it is: its own severity, or the promise's where it has none."""
        return self.scenarios[0][1].severity or self.promise.severity

    @property
    def steps(self) -> list[str]:
        """Return its steps with a word for the gateway where several have the limit."""
        gateway, first = self.scenarios[0]
        if len(self.scenarios) == 1:
            return list(first.steps)
        return [step.replace(gateway, "each of these") for step in first.steps]

    def scenario(self, gateway: str) -> ScenarioRef:
        """Return the scenario that proves it for a gateway; of another, the first."""
        return dict(self.scenarios).get(gateway, self.scenarios[0][1])


class View:
    """A comparison, prepared for reading."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    @cached_property
    def shown(self) -> list[ShownGateway]:
        """Return the columns; of a part only those of gateways that were played."""
        if self.comparison.whole:
            return self._together
        return [each for each in self._together if self._was_played(each)]

    @cached_property
    def not_played(self) -> list[ShownGateway]:
        """Return the gateways that a part has nothing of."""
        return [each for each in self._together if each not in self.shown]

    def _was_played(self, shown: ShownGateway) -> bool:
        ran = any(cell.verdict.was_run for _, cell in self.comparison.cells(shown.column))
        return ran or bool(self.comparison.played(shown.gateway))

    @cached_property
    def _together(self) -> list[ShownGateway]:
        """Return the columns; versions of a gateway that came out the same are one."""
        found: dict[object, list[Column]] = {}
        for column in self.comparison.columns:
            cells = tuple(
                (cell.verdict, cell.instead, cell.why) for _, cell in self.comparison.cells(column)
            )
            found.setdefault((column.gateway, cells), []).append(column)
        return [ShownGateway(tuple(columns)) for columns in found.values()]

    @cached_property
    def mirroring(self) -> list[ShownGateway]:
        """Return the gateways that mirror at all."""
        return [each for each in self.shown if mirrors(each.column, self.comparison)]

    @cached_property
    def groups(self) -> dict[str, list[Promise]]:
        """Return the promises by feature; of a part only those that some gateway was asked."""
        columns = self.comparison.columns
        groups = {
            feature: [
                promise
                for promise in promises
                if self.comparison.whole
                or any(promise.cell(column).verdict.was_run for column in columns)
            ]
            for feature, promises in self.comparison.groups().items()
        }
        return {feature: promises for feature, promises in groups.items() if promises}

    @property
    def left_out(self) -> int:
        """Count the promises that were no part of any run."""
        return len(self.comparison.promises) - sum(len(each) for each in self.groups.values())

    @cached_property
    def limits(self) -> list[ShownLimit]:
        """Return every limit once, in the order of the promises."""
        found: list[ShownLimit] = []
        for promise in self.comparison.promises:
            titles: dict[str, dict[str, ScenarioRef]] = {}
            for shown in self.shown:
                cell = promise.cell(shown.column)
                for each in self._instead(cell, Verdict.LIMIT):
                    title = without_gateway(each.title, shown.gateway)
                    titles.setdefault(title, {})[shown.gateway] = each
            for title, gateways in titles.items():
                found.append(ShownLimit(len(found) + 1, promise, title, tuple(gateways.items())))
        return found

    def limits_in(self, cell: Cell) -> list[ShownLimit]:
        """Return the limits that a cell tells of, of whatever promise."""
        keys = set(cell.instead)
        return [
            each
            for each in self.limits
            if any(scenario.key in keys for _, scenario in each.scenarios)
        ]

    def limits_of(self, promise: Promise, shown: ShownGateway) -> list[ShownLimit]:
        """Return the limits of one promise and gateway, empty where it is not a limit."""
        return self.limits_in(promise.cell(shown.column))

    def all_limits_of(self, shown: ShownGateway) -> list[ShownLimit]:
        """Return every limit of a gateway, the grave ones first."""
        own = [each for each in self.limits if shown.gateway in dict(each.scenarios)]
        return sorted(own, key=lambda each: SEVERITIES.index(each.severity))

    def failures_of(self, promise: Promise, shown: ShownGateway) -> list[ScenarioRef]:
        """Return the scenarios that failed in one cell."""
        return self._instead(promise.cell(shown.column), Verdict.FAILED)

    def why_not_run(self, shown: ShownGateway) -> str:
        """Return the one reason why nothing of a gateway was run, "" when some was."""
        if self.comparison.played(shown.gateway):
            return ""
        cells = [cell for _, cell in self.comparison.cells(shown.column)]
        reasons = {cell.why for cell in cells if cell.verdict is Verdict.NOT_RUN}
        return (
            reasons.pop() if len(reasons) == 1 and not any(c.verdict.was_run for c in cells) else ""
        )

    def needs_why(self, cell: Cell, shown: ShownGateway) -> bool:
        """Tell whether a reason belongs in a cell; a whole column's is told once, elsewhere."""
        return bool(cell.why) and cell.why != self.why_not_run(shown)

    def count(self, shown: ShownGateway, promises: Sequence[Promise] | None = None) -> "Count":
        """Count the verdicts of a gateway, over all promises or over some."""
        chosen = self.comparison.promises if promises is None else promises
        return Count(tuple((each, each.cell(shown.column)) for each in chosen))

    def _instead(self, cell: Cell, verdict: Verdict) -> list[ScenarioRef]:
        return self.comparison.instead(cell) if cell.verdict is verdict else []


@dataclass(frozen=True)
class Count:
    """Promises with a gateway's cells, to be counted."""

    cells: tuple[tuple[Promise, Cell], ...]

    def of(self, verdict: Verdict) -> list[Promise]:
        """Return the promises with a verdict."""
        return [promise for promise, cell in self.cells if cell.verdict == verdict]

    @property
    def kept(self) -> int:
        """Count the promises that are kept."""
        return len(self.of(Verdict.KEPT))

    @property
    def applying(self) -> int:
        """Count the promises that mean something for the gateway."""
        return len(self.cells) - len(self.of(Verdict.DOES_NOT_APPLY))

    @property
    def broken(self) -> list[Promise]:
        """Return the promises that are not kept."""
        return [*self.of(Verdict.FAILED), *self.of(Verdict.LIMIT)]

    @property
    def complete(self) -> bool:
        """Tell whether runs answer every promise."""
        return bool(self.cells) and not self.of(Verdict.NOT_RUN)

    @property
    def phrase(self) -> str:
        """Return it in a few words: "12 of 14"; what failed or was not run is added."""
        if not self.applying:
            return "does not apply"
        not_run = len(self.of(Verdict.NOT_RUN))
        if not_run == self.applying:
            return "not run"
        words = [f"{self.kept} of {self.applying}"]
        failed = len(self.of(Verdict.FAILED))
        words += [f"{failed} FAILED"] if failed else []
        words += [f"{not_run} not run"] if not_run else []
        return ", ".join(words)
