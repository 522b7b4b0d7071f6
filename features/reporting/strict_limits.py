"""Limits are strict: a promise is also played for the gateways of its limit, and must break there.

For each row of a limit the outline of its promise is played with that row's gateway. A step that
asserts in vain is what the limit says, and the scenario passes; when every step holds, it fails,
because the limit is no more. Any other exception is none of both: it could not be found out.

Some promises break by chance, as a reload may lose a copy or not. Where the limit bears the tag
`by-chance` the promise is played until it breaks, and the limit is no more when it held each time.
Where it bears `rare`, the promise was seen to break, and too seldom for a run to wait for it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from behave.configuration import Configuration
from behave.formatter.base import Formatter
from behave.model import Feature, Row, Scenario, ScenarioOutline, Step
from behave.model_type import Status
from behave.runner import ModelRunner

from comparison.model import SEVERITIES
from features.reporting.guarded import GuardedScenario, filled, put_behind
from features.support import waiting
from features.support.errors import CannotFindOutError

STRICT = "strict"  # the tag of what is played for a limit
KEPT_NOW = "keeps this now: move its row"
BY_CHANCE = "by-chance"
RARE = "rare"
_TRIES = 25  # what breaks one time in four holds as often once in 1,300 runs
TITLE = "Does not hold: "
_PROMISE, _LIMIT, _GATEWAY = "promise.", "limit", "gateway"
_NOT_TAKEN_OVER = (*SEVERITIES, "allure.label.story:")  # tags that the limit has of its own


class StrictScenario(GuardedScenario):
    """A promise as it is played for a gateway that is known to break it.

    `broken` is what the step said that asserted in vain, "" as long as none did; `tries` is how
    often it is played at most.
    """

    def __init__(self, limit: Scenario, gateway: str, **known: Any) -> None:
        super().__init__(limit.filename, limit.line, limit.keyword, **known)
        self.feature = limit.feature
        self.gateway = gateway
        self.limit = limit
        self.selected = True
        self.broken = ""
        self.tries = _TRIES if BY_CHANCE in self.tags else 1
        self._held = False

    def should_run(self, _: Configuration | None = None) -> bool:
        """Tell whether it is played: with its limit, or with all rows of the promise."""
        return self.selected and not self.should_skip

    def should_run_with_tags(self, _: object) -> bool:
        """Tell the same; the tags were asked when it was made."""
        return self.selected

    def should_run_with_name_select(self, _: Configuration) -> bool:
        """Tell the same; the names were asked when it was made."""
        return self.selected

    def guard(self, step: Step, play: Callable[[], None]) -> None:
        """Play a step; one that asserts in vain is how the promise breaks, and does not fail."""
        try:
            play()
        except AssertionError as reason:
            if step.step_type == "given":
                told = f"the promise could not be tried: {reason}"
                raise CannotFindOutError(told) from reason
            self.breaks(step, reason)
        else:
            if step is self.steps[-1] and not self.should_skip:
                self.holds()

    def breaks(self, step: Step, reason: AssertionError) -> None:
        """Take down how the promise breaks; what comes after that step is not played."""
        self.broken = f"{step.keyword} {step.name}\n{reason}"
        self.should_skip = True

    def holds(self) -> NoReturn:
        """Say that the limit is no more."""
        self._held = True
        where = f"{self.filename}:{self.line}"
        often = f" {self.tries} times in a row" if self.tries > 1 else ""
        raise AssertionError(f"{self.gateway} {KEPT_NOW} ({where}); it held{often}")

    def run(self, runner: ModelRunner) -> bool:
        """Play it as any scenario; one that breaks by chance until it does."""
        for _ in range(self.tries - 1 if self.should_run() else 0):
            failed = self._play(_SilentRunner(runner))
            if not self._held:
                self._show(runner)
                return failed
        return self._play(runner)

    def _play(self, runner: "ModelRunner | _SilentRunner") -> bool:
        """Play it once, and forget the stop that `breaks` was."""
        self.broken, self._held = "", False
        waiting.expect_absence(True)
        try:
            return bool(super().run(runner))
        finally:
            waiting.expect_absence(False)
            if self.broken:
                self.should_skip = False

    def _show(self, runner: ModelRunner) -> None:
        """Tell formatters what was played in silence."""
        for formatter in runner.formatters:
            formatter.scenario(self)
            for step in self.all_steps:
                formatter.step(step)
            for step in self.all_steps:
                match = runner.step_registry.find_match(step)
                if match and step.status not in (Status.skipped, Status.untested):
                    formatter.match(match)
                    formatter.result(step)

    def compute_status(self) -> Status:
        """Call a promise that broke passed, and steps after that not missing."""
        if self.broken and not self.hook_failed:
            return Status.passed
        return super().compute_status()


class _SilentRunner:
    """A runner, but for its formatters."""

    def __init__(self, runner: ModelRunner) -> None:
        self._runner = runner
        self.formatters: list[Formatter] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runner, name)


def add(features: Sequence[Feature], config: Configuration) -> None:
    """Put the promise of each limit behind it, once a row, for those that are chosen."""
    for feature in features:
        for item, made in list(_made(feature, config)):
            put_behind(item, made, feature)


def _made(
    feature: Feature, config: Configuration
) -> Iterator[tuple[ScenarioOutline, list[StrictScenario]]]:
    """Yield each limit with what is to be played for it: of the promise that stands above."""
    promises: dict[str, list[Scenario]] = {}
    for outline in (each for each in feature.run_items if isinstance(each, ScenarioOutline)):
        made = []
        for scenario in outline.scenarios:
            name = next((tag for tag in scenario.tags if tag.startswith(_PROMISE)), "")
            if _LIMIT not in scenario.tags:
                rows = promises.setdefault(name, [])
                if rows and rows[0].parent is not outline:  # another outline of the promise
                    rows.clear()
                rows.append(scenario)
            elif (
                name in promises
                and RARE not in scenario.tags
                and _GATEWAY in scenario._row.headings
            ):
                made.append(_strict(promises[name], scenario, config))
        yield outline, made


def _strict(rows: Sequence[Scenario], limit: Scenario, config: Configuration) -> StrictScenario:
    """Return the promise with the limit's row; what that has no column for, of the first row."""
    promise = rows[0].parent
    own = dict(limit._row.items())
    values = {**dict(rows[0]._row.items()), **own}
    row = Row(list(values), list(values.values()), line=limit.line)
    kept = [tag for tag in rows[0].tags if not tag.startswith(_NOT_TAKEN_OVER)]
    strict = StrictScenario(
        limit,
        own[_GATEWAY],
        name=TITLE + filled(promise.name, row),
        tags=list(dict.fromkeys([*limit.tags, *kept, STRICT])),
        description=[f"{limit.name}: so its promise must break (line {limit.line})."],
        parent=promise.parent,
        background=promise.background,
    )
    strict.give_steps(promise.steps, row)
    strict.selected = _is_selected(strict, rows, config)
    return strict


def _is_selected(strict: StrictScenario, rows: Sequence[Scenario], config: Configuration) -> bool:
    """Tell whether a run plays it: with its limit, or with the promise as a whole."""
    if strict.limit.should_run(config):
        return True
    if any(each.should_skip for each in rows):  # single lines were chosen
        return False
    named = not config.name or config.name_re.search(strict.name)
    return bool(config.tag_expression.check(rows[0].effective_tags) and named)
