"""The comparison of a run: its rows from the features, its cells from what was played."""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from behave.configuration import Configuration
from behave.formatter._registry import register_as
from behave.formatter.base import Formatter, StreamOpener
from behave.model import Feature, Scenario
from behave.parser import parse_file

from comparison.model import SEVERITIES, ScenarioRef
from comparison.run_report import Finished, Surroundings, report
from comparison.verdicts import ScenarioResult
from features.reporting import staging, summary, try_report
from features.reporting.strict_limits import StrictScenario
from features.reporting.tried import TriedScenario, of
from features.support.paths import ROOT

_NAME = "comparison"
_FEATURES = Path(__file__).resolve().parents[1]
_COLUMN = "gateway"  # of the examples of a promise
_LEFT_OUT = "wip"  # what is not finished promises nothing yet
# What behave adds to the title of an outline's row unless behave.ini says otherwise.
_ANNOTATION = re.compile(r" -- @\d+\.\d+ .*$")
# What a hook knows of the stack that was run; formatters see results only.
_known: list[Surroundings] = []


def know(surroundings: Surroundings) -> None:
    """Take down what was run, on what."""
    _known[:] = [surroundings]


class ComparisonFormatter(Formatter):  # type: ignore[misc]
    """Write the comparison when the run is over; nothing in a dry run or where none began."""

    name = _NAME
    description = "which gateway keeps which promise, as JSON and HTML"

    def __init__(self, stream_opener: StreamOpener, config: Configuration) -> None:
        super().__init__(stream_opener, config)
        self._started = time.time()
        self._played: list[Feature] = []
        if config.dry_run:  # which has no hooks that could say so
            summary.use(config)

    def feature(self, feature: Feature) -> None:
        """Remember a feature, which holds its results in the end."""
        self._played.append(feature)

    def close(self) -> None:
        """Write the comparison beside its JSON; a file that cannot be written is told."""
        wanted = self.stream_opener is _output(self.config) and not self.config.dry_run
        if not wanted or not _known:
            return
        tried = [each for each in of(self._played) if each.skip_reason or _was_played(each)]
        finished = Finished(
            results=list(results(self._played)),
            surroundings=_known[0],
            started=datetime.fromtimestamp(self._started, UTC),
            seconds=time.time() - self._started,
            selection=_selection(self.config),
            played=_played(self._played),
            described=bool(tried),
        )
        try:
            file = Path(self.stream_opener.name)
            with staging.alone(file.parent):
                told = report(finished, file)
                if tried:
                    described, found = tried[0].described, try_report.verdicts(tried)
                    told += try_report.keep(described, found, file)
                    told += try_report.table(described, found)
            print(*told, sep="\n")
        except OSError as reason:
            print(f"error: the comparison was not written: {reason}", file=sys.stderr)


def use() -> None:
    """Let behave take this formatter by its name; hooks are loaded before formatters are made."""
    register_as(_NAME, ComparisonFormatter)


def _output(config: Configuration) -> StreamOpener | None:
    """Return where to write; what the command line names comes after what behave.ini does."""
    pairs = zip(config.format, config.outputs, strict=False)
    outputs = [output for name, output in pairs if name == _NAME and output.name]
    return outputs[-1] if outputs else None


def _selection(config: Configuration) -> str:
    """Return what of the command line chose scenarios, "" when nothing did."""
    names = [f"--name {name}" for name in config.name or ()]
    usual = config.default_tags if isinstance(config.default_tags, list) else [config.default_tags]
    tags = [] if config.tags == usual else [f"--tags {each}" for each in config.tags]
    gateways = [f"-D gateways={each}" for each in [config.userdata.get("gateways")] if each]
    return ", ".join([*map(str, config.paths), *names, *tags, *gateways])


def results(played: list[Feature]) -> Iterator[ScenarioResult]:
    """Yield every scenario of a promise that the features hold, whether played or not.

    Where a gateway is described, these are its own.
    """
    if tried := of(played):
        yield from (result(each.feature, each, each) for each in tried)
        return
    found = {
        (_path(each.filename), scenario.line): scenario
        for each in played
        for scenario in each.walk_scenarios()
        if not isinstance(scenario, StrictScenario)
    }
    for file in sorted(_FEATURES.rglob("*.feature")):
        feature = parse_file(str(file))
        for scenario in feature.walk_scenarios() if feature else ():
            tags = set(map(str, scenario.effective_tags))
            if _LEFT_OUT not in tags and any(tag.startswith("promise.") for tag in tags):
                yield result(feature, scenario, found.get((_path(file), scenario.line)))
    for feature in played:
        for scenario in feature.walk_scenarios():
            if isinstance(scenario, StrictScenario) and scenario.selected:
                yield result(feature, scenario, scenario)


def result(feature: Feature, scenario: Scenario, played: Scenario | None) -> ScenarioResult:
    """Return a scenario as its feature has it, and how it came out when it was played."""
    steps = list(scenario.all_steps)
    tags = frozenset(map(str, scenario.effective_tags))
    ref = ScenarioRef(
        file=_path(feature.filename),
        line=scenario.line,
        title=_ANNOTATION.sub("", scenario.name),
        steps=tuple(f"{step.keyword} {step.name}" for step in steps),
        severity=min(set(SEVERITIES) & tags, key=SEVERITIES.index, default=""),
    )
    return ScenarioResult(
        scenario=ref,
        feature=feature.name,
        tags=tags | {"limit"} if isinstance(scenario, TriedScenario) and scenario.broken else tags,
        gateway=_gateway(scenario),
        status=_status(played),
        reason=(played.skip_reason or "") if played else "",
        strict=isinstance(scenario, StrictScenario),
    )


def _gateway(scenario: Scenario) -> str:
    """Return the gateway of an outline's row, or else that of a scenario that was played."""
    row = scenario._row  # behave has no other name for it
    if row is not None and _COLUMN in row.headings:
        return str(row[_COLUMN])
    return str(getattr(scenario, _COLUMN, ""))  # where a step put it, "" where none did


def _played(features: list[Feature]) -> dict[str, int]:
    """Count the scenarios that were played, by gateway."""
    played = (each for feature in features for each in feature.walk_scenarios())
    return dict(Counter(_gateway(each) for each in played if _was_played(each)))


def _was_played(scenario: Scenario) -> bool:
    return scenario.status.name == "passed" or bool(scenario.status.has_failed())


def _status(played: Scenario | None) -> str:
    name = played.status.name if played else "untested"
    if name in ("passed", "skipped", "failed"):
        return str(name)
    return "broken" if played and played.status.has_failed() else "unplayed"


def _path(file: str | Path) -> str:
    path = Path(file).resolve()
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
