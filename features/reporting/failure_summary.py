"""Why scenarios failed, said once more at the end, where a person and a CI's log look first."""

from behave.configuration import Configuration
from behave.model import Feature, Scenario
from behave.reporter.base import Reporter

_LONGEST = 300  # characters of a reason


class Reasons(Reporter):  # type: ignore[misc]
    """Print a line for each scenario that failed: where it stands, its title, the reason."""

    def __init__(self, config: Configuration) -> None:
        super().__init__(config)
        self._lines: list[str] = []

    def feature(self, feature: Feature) -> None:
        """Take down the failures of a feature."""
        for scenario in feature.walk_scenarios():
            if scenario.status.has_failed():
                reason = " ".join(_reason(scenario).split())
                self._lines.append(f"  {scenario.location} {scenario.name}: {reason[:_LONGEST]}")

    def end(self) -> None:
        """Print what was taken down."""
        if self._lines:
            print("\nWhy they failed:", *self._lines, sep="\n", flush=True)


def use(config: Configuration) -> None:
    """Add the reasons to what a run prints at its end."""
    config.reporters.append(Reasons(config))


def _reason(scenario: Scenario) -> str:
    """Return what the first step that failed says, or what went wrong around the steps."""
    failed = next(each for each in (*scenario.all_steps, scenario) if each.status.has_failed())
    return str(failed.exception or failed.error_message or f"{failed.status.name}: {failed.name}")
