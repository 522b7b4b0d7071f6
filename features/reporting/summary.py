"""The end of a run: why scenarios failed, and how many were played, not chosen, not possible."""

import difflib
import time
from collections import Counter

from behave.configuration import Configuration
from behave.model import Feature, Scenario
from behave.reporter.base import Reporter
from behave.reporter.summary import SummaryReporterV1

from features.reporting.plan import Plan, gateways_of
from features.reporting.strict_limits import StrictScenario
from features.support.gateways.catalogue import CATALOGUE
from features.support.telling import printable

_LINES = 4  # of a reason; with the scenario's place and title five
_LONGEST = 300  # characters of a line
_UNDEFINED = ("undefined", "untested_undefined")


class Summary(Reporter):  # type: ignore[misc]
    """Print why scenarios failed, five lines each at most, and the counts of the run."""

    def __init__(self, config: Configuration, plan: Plan | None) -> None:
        super().__init__(config)
        self._plan = plan
        self._started = time.monotonic()
        self._counts: Counter[str] = Counter()
        self._limits = 0
        self._failures: list[str] = []

    def feature(self, feature: Feature) -> None:
        """Take down how the scenarios of a feature came out."""
        for scenario in feature.walk_scenarios():
            name = scenario.status.name
            failed = scenario.status.has_failed() or bool(_undefined(scenario))
            outcome = "broken" if failed and name != "failed" else name
            self._counts[outcome] += 1
            self._limits += isinstance(scenario, StrictScenario) and name == "passed"
            if failed:
                self._failures.append(printable(_failure(scenario)))

    def end(self) -> None:
        """Print what was taken down."""
        if self._failures:
            print("\nWhy they failed:", *self._failures, sep="\n")
        print("", *self._told(), sep="\n", flush=True)

    def _told(self) -> list[str]:
        counts = self._counts
        broken = f", {counts['broken']} could not be found out" if counts["broken"] else ""
        if self._plan is None:
            told = f"Dry run: {counts['untested']} scenarios, every step is defined"
            return [told.replace("every step", "not every step") if broken else told]
        played = counts["passed"] + counts["failed"] + counts["broken"]
        seconds = round(time.monotonic() - self._started)
        impossible = sum(self._plan.impossible.values())
        limits = f" ({self._limits} of them limits that hold)" if self._limits else ""
        rest = len(self._plan.to_play) - played
        return [
            f"Played:          {played} scenarios in {seconds // 60}:{seconds % 60:02} min: "
            f"{counts['passed']} passed{limits}, {counts['failed']} failed{broken}",
            *([f"Not reached:     {rest}, the run ended before them"] if rest > 0 else []),
            f"Not chosen:      {self._plan.not_chosen}",
            f"Cannot run here: {impossible}",
        ]


def use(config: Configuration, plan: Plan | None = None) -> None:
    """Let this be the summary of a run, in place of behave's; None stands for a dry run's plan."""
    ours = (SummaryReporterV1, Summary)
    if any(isinstance(each, ours) for each in config.reporters):
        config.reporters[:] = [each for each in config.reporters if not isinstance(each, ours)]
        config.reporters.append(Summary(config, plan))


def reason_of(scenario: Scenario) -> str:
    """Return what the first step that failed says, or what went wrong around the steps."""
    undefined = _undefined(scenario)
    if undefined:
        return f"undefined: {undefined}{_meant(scenario)}"
    failed = next(each for each in (*scenario.all_steps, scenario) if each.status.has_failed())
    return str(failed.exception or failed.error_message or f"{failed.status.name}: {failed.name}")


def short(text: str) -> list[str]:
    """Return the first lines of a text, short enough to be read in a terminal."""
    lines = [clipped(" ".join(line.split())) for line in text.splitlines() if line.strip()]
    if len(lines) <= _LINES:
        return lines
    return [*lines[: _LINES - 1], f"... and {len(lines) - _LINES + 1} lines more, in the report"]


def _failure(scenario: Scenario) -> str:
    first, *others = short(reason_of(scenario)) or ["no reason was given"]
    return "\n      ".join([f"  {scenario.location} {scenario.name}: {first}", *others])


def _undefined(scenario: Scenario) -> str:
    names = (step.name for step in scenario.all_steps if step.status.name in _UNDEFINED)
    return next(names, "")


def _meant(scenario: Scenario) -> str:
    strange = [name for name in gateways_of(scenario) if name not in CATALOGUE]
    close = [each for name in strange for each in difflib.get_close_matches(name, CATALOGUE, n=1)]
    return f"; did you mean {close[0]}?" if close else ""


def clipped(line: str, most: int = _LONGEST) -> str:
    """Return a line, or as much of it as may be shown."""
    return line if len(line) <= most else f"{line[: most - 4]} ..."
