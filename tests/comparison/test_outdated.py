"""What older runs found of what has changed since is not run, and told as older."""

from dataclasses import replace

import pytest

from comparison.merge import merge
from comparison.model import Cell, Comparison, Verdict
from comparison.outdated import held_against_the_latest
from comparison.verdicts import ScenarioResult
from tests.comparison.build import ENVOY, SPOE, column, comparison, limit, outcome

EXCUSED = {"body": {ENVOY: "it has none"}}
THEN, NOW = "2026-11-21T10:00:00Z", "2026-11-22T10:00:00Z"


def absent(asked: ScenarioResult) -> ScenarioResult:
    return replace(asked, status="skipped", reason="no image")


def merged(*runs: Comparison) -> Comparison:
    return merge(held_against_the_latest(runs))


def cell(found: Comparison, gateway: str, promise: str = "body") -> Cell:
    (row,) = (each for each in found.promises if each.id == promise)
    (column,) = (each for each in found.columns if each.gateway == gateway)
    return row.cell(column)


def now(*envoys: ScenarioResult) -> Comparison:
    return comparison([outcome(SPOE), *envoys], when=NOW)


def test_what_is_asked_as_before_stays() -> None:
    then = comparison([outcome(SPOE), outcome(ENVOY)], when=THEN)
    found = merged(then, now(absent(outcome(ENVOY))))
    assert cell(found, ENVOY) == cell(then, ENVOY)
    assert cell(found, ENVOY).verdict is Verdict.KEPT


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (absent(outcome(ENVOY, says="copies all bodies")), "its scenarios changed"),
        (absent(limit(ENVOY)), "its scenarios changed"),
    ],
)
@pytest.mark.parametrize("noted", [True, False])
def test_what_is_asked_otherwise_is_older(asked: ScenarioResult, why: str, noted: bool) -> None:
    then = comparison([outcome(SPOE), outcome(ENVOY)], when=THEN)
    if not noted:
        if not asked.limit:
            return  # another title cannot be seen without a note
        rows = [
            replace(row, cells={key: replace(each, asked="") for key, each in row.cells.items()})
            for row in then.promises
        ]
        then = replace(then, promises=tuple(rows))
    found = cell(merged(then, now(asked)), ENVOY)
    why = f"older: kept on 2026-11-21, before {why}"
    assert found == Cell(Verdict.NOT_RUN, why=why, older=True)


def test_another_configuration_makes_all_cells_of_a_gateway_older() -> None:
    def configured(found: Comparison, word: str) -> Comparison:
        runs = (replace(each, configurations={ENVOY: word, SPOE: "same"}) for each in found.runs)
        return replace(found, runs=tuple(runs))

    then = configured(comparison([outcome(SPOE), outcome(ENVOY)], when=THEN), "old")
    later = configured(now(absent(outcome(ENVOY))), "new")
    found = merged(then, later)
    assert cell(found, ENVOY).why.endswith("before its configuration changed")
    assert cell(found, SPOE).verdict is Verdict.KEPT


def test_a_promise_that_is_no_more_is_left_out_of_what_is_whole() -> None:
    then = comparison([outcome(SPOE), outcome(SPOE, "gone")], when=THEN)
    assert [each.id for each in merged(then, now()).promises] == ["body"]


@pytest.mark.parametrize("commit", ["later", ""])
def test_what_was_played_again_at_a_later_commit_counts_once(commit: str) -> None:
    then = comparison([outcome(SPOE, status="failed")], column(SPOE), when=THEN)
    again = comparison([outcome(SPOE)], column(SPOE, "2.8.1", "Agent"), when=NOW)
    again = replace(again, runs=(replace(again.runs[0], commit=commit),))
    found = merged(then, again)
    if not commit:  # of the same specification: the worse news stays
        assert len(found.columns) == 2
        return
    assert [each.programs for each in found.columns] == [(("HAProxy", "2.8.1"), ("Agent", "1.0"))]
    assert cell(found, SPOE).verdict is Verdict.KEPT
    assert not found.conflicts


def test_what_was_excused_and_is_asked_now_is_not_run() -> None:
    then = comparison([outcome(SPOE)], column(SPOE), column(ENVOY), when=THEN, excused=EXCUSED)
    assert cell(then, ENVOY).verdict is Verdict.DOES_NOT_APPLY
    found = cell(merged(then, now(absent(outcome(ENVOY)))), ENVOY)
    assert (found.verdict, found.why) == (Verdict.NOT_RUN, "no image")
