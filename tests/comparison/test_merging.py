"""Runs of several machines and versions beside each other; the worse news wins."""

import pytest

from comparison.merge import merge
from comparison.model import Comparison, Verdict
from tests.comparison.build import ENVOY, RING, SPOE, column, comparison, limit, outcome

OLD, NEW = "2026-11-24T10:00:00Z", "2026-11-25T10:00:00Z"


def verdicts(merged: Comparison) -> list[Verdict]:
    (promise,) = merged.promises
    return [promise.cell(each).verdict for each in merged.columns]


def test_another_version_is_another_column_in_order() -> None:
    versions = [column(SPOE, number) for number in ("3.10.1", "3.2.0", "2.6.12")]
    merged = merge([comparison([outcome(SPOE)], each) for each in versions])
    assert [each.version for each in merged.columns] == ["2.6.12", "3.2.0", "3.10.1"]
    assert merged.conflicts == ()


def test_gateways_stay_in_the_order_of_the_latest_run() -> None:
    merged = merge(
        [
            comparison([outcome(RING), outcome(SPOE)], when=OLD),
            comparison([outcome(SPOE), outcome(ENVOY), outcome(RING)], when=NEW),
        ]
    )
    assert [each.gateway for each in merged.columns] == [SPOE, ENVOY, RING]


@pytest.mark.parametrize("newest_ran", [True, False])
def test_a_run_beats_none(newest_ran: bool) -> None:
    ran, did_not = (NEW, OLD) if newest_ran else (OLD, NEW)
    merged = merge(
        [
            comparison([outcome(SPOE)], when=ran),
            comparison([outcome(SPOE, status="unplayed")], when=did_not),
        ]
    )
    assert verdicts(merged) == [Verdict.KEPT]
    assert merged.conflicts == ()


@pytest.mark.parametrize(("worse", "verdict"), [("failed", "failed"), ("limit", "limit")])
def test_of_two_runs_the_worse_wins_and_it_is_told(worse: str, verdict: str) -> None:
    bad = limit(SPOE) if worse == "limit" else outcome(SPOE, status="failed")
    merged = merge([comparison([bad], when=OLD), comparison([outcome(SPOE)], when=NEW)])
    assert verdicts(merged) == [Verdict(verdict)]
    (told,) = merged.conflicts
    assert f"{verdict} in local {OLD}" in told
    assert f"kept in local {NEW}" in told
    assert merged.instead(merged.promises[0].cell(merged.columns[0]))


def test_a_gateway_that_ran_nowhere_is_shown_once_and_one_that_ran_only_as_it_ran() -> None:
    not_started = column(SPOE, "")
    skipped = outcome(SPOE, status="skipped", reason="not here")
    nowhere = merge(
        [
            comparison([skipped], not_started, when=OLD),
            comparison([skipped], not_started, when=NEW),
        ]
    )
    assert verdicts(nowhere) == [Verdict.NOT_RUN]
    somewhere = merge([comparison([skipped], not_started), comparison([outcome(SPOE)], when=OLD)])
    assert verdicts(somewhere) == [Verdict.KEPT]


def test_merging_again_changes_nothing() -> None:
    one = comparison([outcome(SPOE)], when=OLD)
    two = comparison([limit(RING)], when=NEW)
    merged = merge([one, two])
    assert merge([merged, merged]) == merged
    assert merge([merged, one]) == merged


def test_promises_of_both_are_shown_and_the_latest_words_win() -> None:
    old = comparison([outcome(SPOE, says="copies bodies once"), outcome(SPOE, "b")], when=OLD)
    new = comparison([outcome(SPOE, says="copies bodies")], when=NEW)
    assert [(p.id, p.title) for p in merge([old, new]).promises] == [
        ("body", "copies bodies"),
        ("b", "copies bodies"),
    ]
