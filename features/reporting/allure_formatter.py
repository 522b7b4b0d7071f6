"""Where Allure's results go: one directory, which holds the results of one run and no others."""

from pathlib import Path
from uuid import UUID

import allure_behave.formatter
from allure_behave.formatter import AllureFormatter
from allure_behave.listener import AllureListener
from allure_commons.model2 import Label, Status, StatusDetails
from allure_commons.types import LabelType
from allure_commons.utils import now
from behave.configuration import Configuration
from behave.formatter._registry import register_as
from behave.formatter.base import Formatter, StreamOpener
from behave.model import Scenario

from features.reporting import allure_details, staging
from features.reporting.strict_limits import StrictScenario
from features.support.stack import NotChosen

# Both names, so that Allure's documented command works beside the entry in behave.ini.
_NAMES = ("allure", "allure_behave.formatter:AllureFormatter")
_STORY = "Limits that hold"


class Results(AllureFormatter):  # type: ignore[misc]
    """Allure's formatter, which says nothing in a dry run and where another one writes.

    A dry run would mix scenarios that were not played with the results of the last run, and two
    of Allure's formatters in one run break each other.
    """

    def __new__(cls, stream_opener: StreamOpener, config: Configuration) -> Formatter:
        """Make the formatter, or one that says nothing."""
        wanted = not config.dry_run and stream_opener is _output(config)
        return super().__new__(cls) if wanted else Formatter(stream_opener, config)

    publishes = True  # False in a worker, whose run publishes for all of them

    def __init__(self, stream_opener: StreamOpener, config: Configuration) -> None:
        self._directory = Path(stream_opener.name)
        self._beside_was_there = self._directory.parent.exists()
        staging.sweep(self._directory)
        super().__init__(StreamOpener(str(staging.aside(self._directory))), config)

    def close(self) -> None:
        """Put the results in their place; a run without any leaves all as it was."""
        super().close()
        if not self.publishes:
            return
        staging.publish(self._directory)
        if not self._beside_was_there and not any(self._directory.parent.iterdir()):
            self._directory.parent.rmdir()


class Listener(AllureListener):  # type: ignore[misc]
    """Allure's listener, which shows what cannot run here as skipped, with the reason.

    The original shows all that is skipped, what nobody chose as well, or nothing of it; and then
    it takes the steps that were not played for those of the next scenario.
    """

    current_scenario_uuid: UUID | None
    current_step_uuid: UUID | None

    def start_scenario(self, scenario: Scenario) -> None:
        """Begin a scenario's result; what is played for a limit has a story of its own."""
        super().start_scenario(scenario)
        allure_details.describe(self.logger.get_test(self.current_scenario_uuid), scenario)
        if isinstance(scenario, StrictScenario):
            labels = self.logger.get_test(self.current_scenario_uuid).labels
            labels[:] = [each for each in labels if each.name != LabelType.STORY]
            labels.append(Label(name=LabelType.STORY, value=_STORY))

    def stop_scenario(self, scenario: Scenario) -> None:
        """End a scenario's result."""
        reason = scenario.skip_reason or ""
        if scenario.status == "skipped" and reason and not isinstance(reason, NotChosen):
            self._stop(Status.SKIPPED, reason)
        elif scenario.status == "passed" and isinstance(scenario, StrictScenario):
            self.flush_steps()
            self._stop(Status.PASSED, f"The promise breaks, as its limit says: {scenario.broken}")
        else:
            super().stop_scenario(scenario)
        self.steps.clear()

    def _stop(self, status: str, reason: str) -> None:
        uuid = self.current_scenario_uuid
        result = self.logger.get_test(uuid)
        result.stop = now()  # type: ignore[no-untyped-call]
        result.status = status
        result.statusDetails = StatusDetails(message=reason)
        self.logger.close_test(uuid)
        self.group_context.append_test(uuid)
        self.group_context.exit()
        self.current_scenario_uuid = self.current_step_uuid = None


def use() -> None:
    """Let behave take this formatter for Allure's; hooks are loaded before formatters are made."""
    allure_behave.formatter.AllureListener = Listener
    for name in _NAMES:
        register_as(name, Results)


def directory(config: Configuration) -> Path | None:
    """Return where this run makes its results, None in a run without Allure."""
    output = _output(config)
    return staging.aside(Path(output.name)) if output else None


def _output(config: Configuration) -> StreamOpener | None:
    """Return Allure's output; one that the command line names comes after that of behave.ini."""
    outputs = [
        output
        for name, output in zip(config.format, config.outputs, strict=False)
        if name in _NAMES and output.name
    ]
    return outputs[-1] if outputs else None
