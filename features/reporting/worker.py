"""A process that plays some of a run's scenarios, on a stack of its own, and tells of them."""

import copy
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from multiprocessing.connection import Connection
from operator import attrgetter

from behave.formatter.base import Formatter, StreamOpener
from behave.model import Feature, Scenario
from behave.runner import ModelRunner

from features.reporting import outcomes
from features.reporting.allure_formatter import Results
from features.reporting.outcomes import Outcome
from features.reporting.turns import Turns
from features.support import waiting
from features.support.stack import Stack, signals

QUIET = "quiet"  # the tag of what is played alone, because it takes the machine for itself


@dataclass(frozen=True)
class Took:
    """The worker begins to play these scenarios, by number: all of one gateway."""

    scenarios: Sequence[int]


@dataclass(frozen=True)
class Began:
    """A scenario begins."""

    number: int


@dataclass(frozen=True)
class Ended:
    """A scenario has been played, or passed over."""

    number: int
    outcome: Outcome


@dataclass(frozen=True)
class FeatureEnded:
    """All of a feature that the worker took with a gateway was played.

    `wrong` says why a hook failed then, "" where none did.
    """

    filename: str
    wrong: str


@dataclass(frozen=True)
class Said:
    """A line that is for people to read at once."""

    line: str
    is_error: bool


@dataclass(frozen=True)
class AllPlayed:
    """Nothing is left to play; these programs were started, with these versions."""

    versions: dict[str, str]


class Worker:
    """One of a run's workers; behave takes it for the only feature of its run."""

    filename = "side by side"

    def __init__(
        self, scenarios: Sequence[Scenario], parts: Sequence[Sequence[int]], turns: Turns
    ) -> None:
        self._scenarios = scenarios
        self._numbers = {id(each): number for number, each in enumerate(scenarios)}
        self._parts = parts
        self._turns = turns

    def join(self, runner: ModelRunner, queue: int, to: Connection) -> None:
        """Make a runner play what the queue says; only the run itself tells people of it."""
        self._queue, self._to = queue, to
        os.setpgid(0, 0)  # Ctrl-C is for the run; the run ends its workers
        signals.end_with_parent(signal.SIGTERM)
        waiting.measure_in(self._turns.measure)
        sys.stdout, sys.stderr = _Voice(self, runner, False), _Voice(self, runner, True)
        results = [each for each in runner.formatters if isinstance(each, Results)]
        for each in results:
            each.publishes = False
        runner.formatters[:] = [*results, _Guard(self, runner)]
        runner.config.reporters.clear()
        runner.config.show_snippets = False
        runner.features[:] = [self]

    def run(self, runner: ModelRunner) -> bool:
        """Play one gateway after the other, as long as there are any; tell whether one failed."""
        failed = False
        for feature in self._features():
            for formatter in runner.formatters:
                formatter.uri(feature.filename)
            failed = feature.run(runner) or failed
            if runner.aborted:
                return True
            wrong = feature.error_message if feature.hook_failed else ""
            self.tell(FeatureEnded(feature.filename, wrong or ""))
            if failed and runner.config.stop:
                return True
        return failed

    def end(self, stack: Stack) -> Stack:
        """Tell what was started, while it runs."""
        self.tell(AllPlayed(dict(stack.versions())))
        return stack

    def guard(self, scenario: Scenario) -> None:
        """Let a scenario be played in its turn, and told of."""
        scenario.run = partial(self._play, scenario.run, scenario)

    def _play(
        self, run: Callable[[ModelRunner], bool], scenario: Scenario, runner: ModelRunner
    ) -> bool:
        number = self._numbers[id(scenario)]
        with self._turns.take(alone=QUIET in scenario.effective_tags):
            # Where a name is asked for, behave answers with a match, which cannot be sent.
            shown = bool(scenario.should_run(runner.config) or runner.config.show_skipped)
            if shown:
                self.tell(Began(number))
            failed = run(runner)
            if not runner.aborted:
                outcome = outcomes.taken(scenario, shown=shown, failed=failed)
                self.tell(Ended(number, outcome))
        return failed

    def _features(self) -> Iterator[Feature]:
        """Yield the features of each gateway that is taken, with its scenarios and no others."""
        while taken := os.read(self._queue, 1):
            part = self._parts[taken[0]]
            self.tell(Took(part))
            chosen = (self._scenarios[number] for number in part)
            for feature, scenarios in groupby(chosen, attrgetter("feature")):
                own = copy.copy(feature)
                own.run_items = own.scenarios = list(scenarios)
                yield own

    def tell(self, message: object) -> None:
        """Send a message to the run; one that is gone has been killed, and so ends this worker."""
        with signals.deferred(), suppress(OSError):
            self._to.send(message)


class _Guard(Formatter):  # type: ignore[misc]
    """Comes after Allure's formatter, whose times must not have the waiting for a turn in them."""

    def __init__(self, worker: Worker, runner: ModelRunner) -> None:
        super().__init__(StreamOpener(os.devnull), runner.config)
        self._worker = worker

    def feature(self, feature: Feature) -> None:
        """Guard every scenario of a feature."""
        for scenario in feature.scenarios:
            self._worker.guard(scenario)


class _Voice(io.TextIOBase):
    """What a worker prints, line by line on its way to the run, which itself tells why it ended."""

    def __init__(self, worker: Worker, runner: ModelRunner, is_error: bool) -> None:
        super().__init__()
        self._worker, self._runner, self._is_error = worker, runner, is_error
        self._begun = ""

    def write(self, text: str) -> int:
        """Tell of each line that ends here."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines if not self._runner.aborted else ():
            self._worker.tell(Said(line, self._is_error))
        return len(text)
