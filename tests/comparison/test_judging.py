"""A verdict never says more than was run."""

from dataclasses import replace

import pytest

from comparison.model import Cell, Verdict
from comparison.verdicts import ScenarioResult, common, without_gateway
from tests.comparison.build import FILE, RING, SPOE, comparison, limit, outcome

LOST = (f"{FILE}: {SPOE} loses bodies",)
CUT = (f"{FILE}: {SPOE} cuts bodies",)
HERE = "local 2026-11-25T10:00:00Z"
UNPLAYED = outcome(SPOE, status="unplayed")


@pytest.mark.parametrize(
    ("results", "cell"),
    [
        ([outcome(SPOE), outcome(SPOE, line=11)], Cell(Verdict.KEPT, 2, HERE)),
        ([limit(SPOE)], Cell(Verdict.LIMIT, 1, HERE, "", CUT)),
        ([outcome(SPOE), limit(SPOE)], Cell(Verdict.LIMIT, 2, HERE, "", CUT)),
        (
            [outcome(SPOE), outcome(SPOE, status="failed", says="loses bodies")],
            Cell(Verdict.FAILED, 2, HERE, "1 failed", LOST),
        ),
        (
            [outcome(SPOE, status="broken", says="loses bodies")],
            Cell(Verdict.FAILED, 1, HERE, "1 could not be found out", LOST),
        ),
        ([limit(SPOE, status="failed")], Cell(Verdict.FAILED, 1, HERE, "1 failed", CUT)),
        ([UNPLAYED], Cell(Verdict.NOT_RUN, why="not part of this run")),
        (
            [outcome(SPOE, status="skipped", reason=f"{SPOE}: no haproxy here")],
            Cell(Verdict.NOT_RUN, why="no haproxy here"),
        ),
        (
            [outcome(SPOE), UNPLAYED],
            Cell(Verdict.NOT_RUN, why="only 1 of 2 scenarios were played"),
        ),
    ],
)
def test_a_cell_says_what_was_run(results: list[ScenarioResult], cell: Cell) -> None:
    made = comparison(results, excused={"body": {SPOE: "an excuse hides nothing that was run"}})
    found = made.promises[0].cell(made.columns[0])
    assert found.asked.startswith(f"{len(results)}")
    assert replace(found, asked="") == cell


def test_a_gateway_without_a_scenario_is_excused_or_was_not_asked() -> None:
    made = comparison([outcome(SPOE), outcome(RING, "other")], excused={"body": {RING: "no tool"}})
    body, other = made.promises
    spoe, ring = made.columns
    assert body.cell(ring) == Cell(Verdict.DOES_NOT_APPLY, why="no tool")
    assert other.cell(spoe) == Cell(Verdict.NOT_RUN, why="no scenario asks it")


def test_a_row_has_title_severity_and_claims_of_the_promise_or_else_of_its_limit() -> None:
    kept = outcome(SPOE, tags="blocker claim.request-body")
    (row,) = comparison([kept, limit(RING)]).promises
    assert (row.title, row.severity, row.claims) == ("copies bodies", "blocker", ("request-body",))
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
