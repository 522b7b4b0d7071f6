"""A limit is strict: where its promise holds, the run fails; where it breaks, the limit holds."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from comparison import storage
from tests.runs import Run, behave

HOLDS, BREAKS, IN_VAIN = "it holds", "it breaks", "nobody knows"

FEATURE = """
@allure.label.epic:Mirroring
Feature: A small one

  @promise.small @critical @allure.label.story:Small
  Scenario Outline: <gateway> keeps a promise
    Given <gateway> is in front of nothing
    When <gateway> is asked
    Then the answer of <gateway> is good

    Examples: gateways that keep the promise
      | gateway |
      | Envoy   |

  @promise.small @limit{by_chance} @normal @allure.label.story:Small
  Scenario Outline: <gateway> does something else instead
    Given <gateway> is in front of nothing

    Examples: gateways with this limit
      | gateway |
      | Nginx   |
"""
STEPS = """
from behave import given, then, when
from features.support.errors import CannotFindOutError

asked = []

@given("{name} is in front of nothing")
def given_name(context, name):
    if OUTCOME == "no given" and name == "Nginx" and context.scenario.steps[1:]:
        raise AssertionError("not ready")

@when("{name} is asked")
def asks(context, name):
    asked.append(name)
    if name == "Nginx" and OUTCOME == "nobody knows":
        raise CannotFindOutError("the stack is gone")

@then("the answer of {name} is good")
def good(context, name):
    assert name != "Nginx" or OUTCOME == "it holds" or (
        OUTCOME == "sometimes" and asked.count(name) < 3), "503 instead of 200"
    print("asked", asked)
"""


class Played(NamedTuple):
    """A run and the statuses of its scenarios, by title."""

    run: Run
    statuses: dict[str, str]


STRICT = "Does not hold: Nginx keeps a promise"
LIMIT = "Nginx does something else instead"
KEPT = "Envoy keeps a promise"


@pytest.fixture
def tree(tree: Path) -> Path:
    return emptied(tree)


def emptied(tree: Path) -> Path:
    """Take features and steps out of a tree, which gets small ones."""
    for feature in (tree / "features").rglob("*.feature"):
        feature.unlink()
    shutil.rmtree(tree / "features" / "steps")
    (tree / "features" / "steps").mkdir()
    return tree


def play(tree: Path, outcome: str, *arguments: str, by_chance: bool = False) -> Played:
    tags = " @by-chance" if by_chance else ""
    (tree / "features" / "small.feature").write_text(FEATURE.format(by_chance=tags))
    steps = STEPS.replace("OUTCOME", repr(outcome))
    (tree / "features" / "steps" / "small.py").write_text(steps)
    chosen = arguments or ("features/",)
    run = behave(["-D", "stack=local", *chosen], tree=tree)
    scenarios = next(iter(run.outcomes.values()), {})
    return Played(run, {title.rpartition(" [")[0]: s for title, s in scenarios.items()})


def test_a_promise_that_breaks_where_its_limit_says_so_is_passed(tree: Path) -> None:
    run, statuses = play(tree, BREAKS)
    assert run.code == 0, run.output
    assert statuses == dict.fromkeys((KEPT, LIMIT, STRICT), "passed")
    assert "3 passed (1 of them limits that hold), 0 failed" in run.output


def test_a_limit_that_is_no_more_fails_the_run(tree: Path) -> None:
    run, statuses = play(tree, HOLDS)
    assert run.code == 1
    assert statuses == {KEPT: "passed", LIMIT: "passed", STRICT: "failed"}
    (reason,) = run.reasons
    assert reason.endswith(
        "Nginx keeps this now: move its row (features/small.feature:21); it held"
    )


@pytest.mark.parametrize("outcome", [IN_VAIN, "no given"])
def test_what_could_not_be_tried_is_neither(tree: Path, outcome: str) -> None:
    run, statuses = play(tree, outcome)
    assert run.code == 1
    assert statuses[STRICT] == "error"
    assert "1 could not be found out" in run.output


def test_what_breaks_by_chance_is_played_until_it_does(tree: Path) -> None:
    run, statuses = play(tree, "sometimes", by_chance=True)
    assert run.code == 0, run.output
    assert statuses[STRICT] == "passed"
    run, statuses = play(tree, HOLDS, by_chance=True)
    assert (run.code, statuses[STRICT]) == (1, "failed")
    assert "it held 25 times in a row" in run.output
    assert "Played:          3 scenarios" in run.output


@pytest.mark.parametrize(
    ("chosen", "played"),
    [
        (("features/small.feature:21",), {LIMIT, STRICT}),
        (("features/small.feature:13",), {KEPT, STRICT}),  # all rows of the promise
        (("-t", "limit", "features/"), {LIMIT, STRICT}),
        (("-t", "not @limit", "features/"), {KEPT, STRICT}),
        (("-t", "critical", "features/"), {KEPT, STRICT}),
        (("-n", "something else", "features/"), {LIMIT, STRICT}),
        (("-n", "Envoy", "features/"), {KEPT}),
        (("-D", "gateways=Envoy", "features/"), {KEPT, LIMIT, STRICT}),  # none is put in front
    ],
)
def test_it_is_played_when_its_limit_or_its_promise_is_chosen(
    tree: Path, chosen: tuple[str, ...], played: set[str]
) -> None:
    run, statuses = play(tree, BREAKS, *chosen)
    assert run.code == 0, run.output
    assert {title for title, status in statuses.items() if status == "passed"} == played


def test_reports_show_a_limit_and_no_failure(tree: Path, tmp_path: Path) -> None:
    run, _ = play(tree, BREAKS, "features/")
    assert run.code == 0, run.output
    results = tree / "reports" / "allure-results"
    (shown,) = [
        text for file in results.glob("*-result.json") if STRICT in (text := file.read_text())
    ]
    assert '"status": "passed"' in shown
    assert '"Limits that hold"' in shown
    assert "503 instead of 200" in shown
    assert '"failed"' not in shown
    compared = storage.load(tree / "reports" / "comparison.json")
    (promise,) = compared.promises
    assert not [cell for cell in promise.cells.values() if cell.why.endswith("failed")]
