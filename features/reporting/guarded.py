"""Scenarios made of an outline's template, whose steps play under the scenario's eyes."""

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from behave.matchers import Match
from behave.model import (
    Feature,
    Row,
    Scenario,
    ScenarioOutline,
    ScenarioOutlineBuilder,
    Step,
)
from behave.runner import ModelRunner


class GuardedScenario(Scenario):  # type: ignore[misc]
    """A scenario that is asked to play each of its steps itself."""

    def guard(self, step: Step, play: Callable[[], None]) -> None:
        """Play a step; what it raises fails the step."""
        raise NotImplementedError

    def give_steps(self, templates: list[Step], row: Row) -> None:
        """Take the steps of an outline, filled in from a row."""
        self._row = row
        self.steps = [_made(each, row) for each in templates]
        for step in self.steps:
            step.scenario = self


class GuardedStep(Step):  # type: ignore[misc]
    """A step of such a scenario."""

    scenario: GuardedScenario

    def run(self, runner: ModelRunner, quiet: bool = False, capture: bool = True) -> bool:
        """Play the step with its function guarded."""
        return bool(super().run(_GuardingRunner(runner, self), quiet, capture))


class _GuardingRunner:
    """A runner, but for the functions of steps."""

    def __init__(self, runner: ModelRunner, step: GuardedStep) -> None:
        self._runner = runner
        self._step = step
        self.step_registry = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runner, name)

    def find_match(self, step: Step) -> Match | None:
        """Return the function of a step, guarded."""
        match = self._runner.step_registry.find_match(step)
        if match is None:
            return None
        guarded = copy.copy(match)
        guarded.run = lambda context: self._step.scenario.guard(
            self._step, partial(match.run, context)
        )
        return guarded


def put_behind(outline: ScenarioOutline, made: Sequence[GuardedScenario], feature: Feature) -> None:
    """Let scenarios be played behind the outline that they are made of."""
    place = feature.run_items.index(outline) + 1
    feature.run_items[place:place] = made
    feature.scenarios.extend(made)


def filled(template: str, row: Row) -> str:
    """Return a text of an outline, filled in from a row."""
    return str(ScenarioOutlineBuilder.render_template(template, row))


def _made(template: Step, row: Row) -> GuardedStep:
    made = ScenarioOutlineBuilder.make_step_for_row(template, row)
    step = GuardedStep(
        made.filename, made.line, made.keyword, made.step_type, made.name, made.text, made.table
    )
    step.location = made.location
    return step
