"""A described gateway gets a row of each promise at run time, and a verdict for each.

What it claims fails where it breaks; what it does not claim is a limit there. What it cannot be
asked for is skipped, with the ability's name. Nothing else is played beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from behave.model import Feature, Row, Scenario, ScenarioOutline, Step
from behave.model_type import Status
from behave.runner import ModelRunner

from features.reporting.guarded import GuardedScenario, filled, put_behind
from features.support.errors import MissingAbilityError
from features.support.gateways.described import Described

_PROMISE, _LIMIT, _GATEWAY = "promise.", "limit", "gateway"


class Found(StrEnum):
    """What came of a promise."""

    KEPT = "kept"
    LIMIT = "limit"
    BROKEN = "broken although claimed"
    NOT_TRIED = "could not be tried"


class TriedScenario(GuardedScenario):
    """A promise as it is played for a described gateway; `why` is what kept it from being kept."""

    described: Described
    promise: str
    gateway = ""
    broken = ""
    why = ""

    @property
    def claimed(self) -> bool:
        """Tell whether the gateway is said to keep the promise."""
        return self.promise in self.described.said.claims

    def guard(self, step: Step, play: Callable[[], None]) -> None:
        """Play a step; a promise that nobody claimed may break."""
        try:
            play()
        except MissingAbilityError as reason:
            self._end(str(reason))
            self.skip_reason = self.why
        except Exception as reason:  # a run has a verdict for each promise, whatever happens
            asserts = isinstance(reason, AssertionError)
            self._end(str(reason) if asserts else f"{type(reason).__name__}: {reason}")
            if self.claimed:
                self.should_skip = False
                raise
            if asserts and step.step_type != "given":
                self.broken = f"{step.keyword} {step.name}\n{reason}"
            else:
                self.skip_reason = self.why

    def _end(self, why: str) -> None:
        """Play no further step."""
        self.why = why
        self.should_skip = True

    def run(self, runner: ModelRunner) -> bool:
        """Play it as any scenario, and forget the stop that a limit was."""
        failed = bool(super().run(runner))
        if self.broken:
            self.should_skip = False
        return failed

    def compute_status(self) -> Status:
        """Call a limit passed, and steps after it not missing."""
        if self.broken and not self.hook_failed:
            return Status.passed
        if self.skip_reason and not self.hook_failed:
            return Status.skipped
        return super().compute_status()

    @property
    def found(self) -> Found:
        """Return what came of it."""
        if self.status == Status.failed:  # of what is not claimed this is a limit
            return Found.BROKEN
        if self.broken:
            return Found.LIMIT
        return Found.KEPT if self.status == Status.passed else Found.NOT_TRIED


def add(features: Sequence[Feature], described: Described) -> None:
    """Put a row for the gateway behind each promise that means something for it."""
    for feature in features:
        outlines = [each for each in feature.run_items if isinstance(each, ScenarioOutline)]
        for outline in outlines:
            put_behind(outline, list(_made(feature, outline, described)), feature)


def _made(
    feature: Feature, outline: ScenarioOutline, described: Described
) -> Iterator[TriedScenario]:
    """Yield the outline with what it says of the gateway that comes first in each of its tables."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    for scenario in _firsts(outline):
        own = dict(scenario._row.items()) | {_GATEWAY: described.gateway.name}
        values = tuple(own.items())
        promise = next(t for t in scenario.tags if t.startswith(_PROMISE)).removeprefix(_PROMISE)
        if values in seen or promise in described.gateway.does_not_apply:
            continue
        seen.add(values)
        yield _tried(feature, scenario, Row(list(own), list(own.values())), promise, described)


def _firsts(outline: ScenarioOutline) -> Iterator[Scenario]:
    tables = [examples.table.rows for examples in outline.examples]
    lines = {row.line for rows in tables for row in rows if _names(row, rows[0].get(_GATEWAY))}
    for scenario in outline.scenarios:
        kept = any(tag.startswith(_PROMISE) for tag in scenario.tags)
        if kept and _LIMIT not in scenario.tags and scenario._row.line in lines:
            yield scenario


def _names(row: Row, gateway: str | None) -> bool:
    return gateway is not None and row.get(_GATEWAY) == gateway


def _tried(
    feature: Feature, model: Scenario, row: Row, promise: str, described: Described
) -> TriedScenario:
    outline = model.parent
    tried = TriedScenario(
        model.filename,
        model.line,
        model.keyword,
        name=filled(outline.name, row),
        tags=model.tags,
        parent=outline.parent,
        background=outline.background,
    )
    tried.feature = feature
    tried.described, tried.promise = described, promise
    tried.gateway = described.gateway.name
    tried.give_steps(outline.steps, row)
    return tried


def of(features: Sequence[Feature]) -> list[TriedScenario]:
    """Return all that were made."""
    scenarios = (each for feature in features for each in feature.walk_scenarios())
    return [each for each in scenarios if isinstance(each, TriedScenario)]
