"""A verdict never says more than was run."""

import pytest

from comparison.model import Cell, Verdict
from comparison.verdicts import common, without_gateway
from tests.comparison.build import RING, SPOE, comparison, limit, outcome


def cell_of(*outcomes: object, **more: object) -> Cell:
    (promise,) = (made := comparison(outcomes, **more)).promises  # type: ignore[arg-type]
    return promise.cell(made.columns[0])


def test_what_passed_is_kept() -> None:
    cell = cell_of(outcome(SPOE), outcome(SPOE, line=11))
    assert (cell.verdict, cell.of) == (Verdict.KEPT, 2)
    assert cell.run == "local 2026-11-25T10:00:00Z"


def test_a_limit_that_passed_tells_what_happens_instead() -> None:
    made = comparison([limit(SPOE)])
    cell = made.promises[0].cell(made.columns[0])
    assert cell.verdict is Verdict.LIMIT
    assert [ref.title for ref in made.instead(cell)] == [f"{SPOE} cuts bodies"]


def test_who_keeps_one_case_and_not_another_does_not_keep_the_promise() -> None:
    assert cell_of(outcome(SPOE), limit(SPOE)).verdict is Verdict.LIMIT


@pytest.mark.parametrize(("status", "why"), [("failed", "1 failed"), ("broken", "1 could not")])
def test_one_bad_scenario_makes_the_cell_failed(status: str, why: str) -> None:
    cell = cell_of(outcome(SPOE), outcome(SPOE, status=status, says="loses bodies"))
    assert cell.verdict is Verdict.FAILED
    assert cell.why.startswith(why)
    assert cell.instead == (f"features/mirroring/copies.feature: {SPOE} loses bodies",)


def test_a_failed_limit_is_failed_as_well() -> None:
    assert cell_of(limit(SPOE, status="failed")).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("status", "reason", "why"),
    [
        ("unplayed", "", "not part of this run"),
        ("skipped", "", "not part of this run"),
        ("skipped", f"{SPOE}: no haproxy here", "no haproxy here"),
    ],
)
def test_what_was_not_played_is_not_run(status: str, reason: str, why: str) -> None:
    cell = cell_of(outcome(SPOE, status=status, reason=reason))
    assert (cell.verdict, cell.why, cell.run) == (Verdict.NOT_RUN, why, "")


def test_a_part_of_a_promise_is_not_the_promise() -> None:
    cell = cell_of(outcome(SPOE), outcome(SPOE, status="unplayed"))
    assert (cell.verdict, cell.why) == (Verdict.NOT_RUN, "only 1 of 2 scenarios were played")


def test_a_gateway_without_a_scenario_is_excused_or_was_not_asked() -> None:
    made = comparison([outcome(SPOE), outcome(RING, "other")], excused={"body": {RING: "no tool"}})
    body, other = made.promises
    spoe, ring = made.columns
    assert body.cell(ring) == Cell(Verdict.DOES_NOT_APPLY, why="no tool")
    assert other.cell(spoe) == Cell(Verdict.NOT_RUN, why="no scenario asks it")


def test_an_excuse_does_not_hide_what_was_played() -> None:
    cell = cell_of(outcome(SPOE, status="failed"), excused={"body": {SPOE: "no tool"}})
    assert cell.verdict is Verdict.FAILED


def test_a_row_has_the_title_the_severity_and_the_claims_of_the_promise() -> None:
    kept = outcome(SPOE, tags="blocker claim.request-body")
    (row,) = comparison([kept, limit(RING)]).promises
    assert (row.title, row.severity, row.claims) == ("copies bodies", "blocker", ("request-body",))
    assert row.cases == ()


def test_a_promise_that_nobody_keeps_has_the_title_of_its_limit() -> None:
    (row,) = comparison([limit(SPOE)]).promises
    assert (row.title, row.severity) == ("cuts bodies", "normal")


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        (f"With {SPOE} the copy bears a marker", "the copy bears a marker"),
        (f"{SPOE} copies each", "copies each"),
        (f"A reload of {SPOE} under traffic", "A reload under traffic"),
        ("Each request reaches its service", "Each request reaches its service"),
    ],
)
def test_a_title_is_told_without_its_gateway(title: str, rest: str) -> None:
    assert without_gateway(title, SPOE) == rest


@pytest.mark.parametrize(
    ("titles", "shared"),
    [
        (["a b"], "a b"),
        (["a b c", "a x y c"], "a … c"),
        (["a b", "a b c"], "a b …"),
        (["b c", "a b c"], "… b c"),
        (["a", "b"], "…"),
    ],
)
def test_titles_that_differ_are_told_as_one(titles: list[str], shared: str) -> None:
    title, cases = common(titles)
    assert title == shared
    if len(titles) > 1:
        assert [title.replace("…", case).strip() for case in cases] == titles
