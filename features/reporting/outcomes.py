"""How a scenario came out, as another process can be told, and how formatters are told it there."""

import pickle
from dataclasses import dataclass
from typing import Any

from behave.matchers import NoMatch
from behave.model import Scenario, Step
from behave.model_type import Status
from behave.runner import ModelRunner

_NOT_PLAYED = (Status.skipped, Status.untested)


@dataclass(frozen=True)
class StepOutcome:
    """How one step came out; `duration` in seconds."""

    status: Status
    duration: float
    error_message: str | None
    exception: BaseException | None


@dataclass(frozen=True)
class Outcome:
    """How a scenario came out: all that formatters and reporters look at.

    `shown` tells whether formatters are told of it at all, `own` what a scenario of ours has
    beside what behave gives it.
    """

    shown: bool
    failed: bool
    status: Status
    hook_failed: bool
    error_message: str | None
    exception: BaseException | None
    should_skip: bool
    skip_reason: str | None
    captured: Any
    steps: tuple[StepOutcome, ...]
    own: dict[str, str]


_OWN = ("gateway", "broken")


def taken(scenario: Scenario, *, shown: bool, failed: bool) -> Outcome:
    """Take down how a scenario has come out."""
    return Outcome(
        shown=shown,
        failed=failed,
        status=scenario.status,
        hook_failed=scenario.hook_failed,
        error_message=scenario.error_message,
        exception=_portable(scenario.exception),
        should_skip=scenario.should_skip,
        skip_reason=scenario.skip_reason,
        captured=scenario.captured,
        steps=tuple(_step(each) for each in scenario.all_steps),
        own={name: getattr(scenario, name) for name in _OWN if hasattr(scenario, name)},
    )


def put(outcome: Outcome, scenario: Scenario) -> None:
    """Give a scenario the outcome that it has had elsewhere."""
    for step, came in zip(scenario.all_steps, outcome.steps, strict=True):
        step.status, step.duration = came.status, came.duration
        step.error_message, step.exception = came.error_message, came.exception
    for name, value in outcome.own.items():
        setattr(scenario, name, value)
    scenario.hook_failed = outcome.hook_failed
    scenario.error_message, scenario.exception = outcome.error_message, outcome.exception
    scenario.should_skip, scenario.skip_reason = outcome.should_skip, outcome.skip_reason
    scenario.captured.add_captured(outcome.captured)
    scenario.set_status(outcome.status)


def show(scenario: Scenario, runner: ModelRunner) -> None:
    """Tell formatters what was played where they did not look on."""
    for formatter in runner.formatters:
        formatter.scenario(scenario)
        for step in scenario.all_steps:
            formatter.step(step)
        for step in scenario.all_steps:
            if step.status not in _NOT_PLAYED:
                formatter.match(runner.step_registry.find_match(step) or NoMatch())
                formatter.result(step)


def _step(step: Step) -> StepOutcome:
    return StepOutcome(step.status, step.duration, step.error_message, _portable(step.exception))


def _portable(reason: BaseException | None) -> BaseException | None:
    """Return an exception that can be sent to another process and says the same."""
    try:
        pickle.loads(pickle.dumps(reason))
    except Exception:  # whatever its own methods raise
        kind = AssertionError if isinstance(reason, AssertionError) else Exception
        return kind(str(reason))
    return reason
