"""Runs of several machines and versions beside each other; the worse news wins."""

from hypothesis import given
from hypothesis import strategies as st

from comparison.merge import merge
from comparison.model import Comparison, Verdict
from tests.comparison.build import ENVOY, RING, SPOE, column, comparison, limit, outcome

TIMES = [f"2026-11-2{day}T10:00:00Z" for day in range(1, 6)]
WORSE = ["unplayed", "kept", "limit", "failed"]  # the later wins
VERDICT = dict(zip(WORSE, (Verdict.NOT_RUN, *list(Verdict)[:3]), strict=True))


def run_of(status: str, when: str, *gateways: str) -> Comparison:
    made = {"kept": "passed", "limit": "passed"}.get(status, status)
    tags = "limit" if status == "limit" else "critical"
    named = gateways or (SPOE,)
    return comparison([outcome(each, status=made, tags=tags) for each in named], when=when)


@given(st.lists(st.sampled_from(WORSE), min_size=1, max_size=4), st.randoms())
def test_the_worse_of_several_runs_wins_in_whatever_order(
    statuses: list[str], order: object
) -> None:
    runs = [run_of(status, when) for status, when in zip(statuses, TIMES, strict=False)]
    merged = merge(runs)
    (promise,) = merged.promises
    (only,) = merged.columns
    assert promise.cell(only).verdict is VERDICT[max(statuses, key=WORSE.index)]
    disagree = len(set(statuses) - {"unplayed"}) > 1
    assert bool(merged.conflicts) == disagree
    assert merge([merged, merged]) == merged, "merging again changes nothing"
    assert merge([merged, runs[0]]).promises == merged.promises
    order.shuffle(runs)  # type: ignore[attr-defined]
    assert merge(runs) == merged


def test_other_versions_are_columns_in_order_and_gateways_stay_as_in_the_latest_run() -> None:
    versions = [column(SPOE, number) for number in ("3.10.1", "3.2.0", "2.6.12")]
    merged = merge([comparison([outcome(SPOE)], each) for each in versions])
    assert [each.version for each in merged.columns] == ["2.6.12", "3.2.0", "3.10.1"]
    assert merged.conflicts == ()
    old, new = run_of("kept", TIMES[0], RING, SPOE), run_of("kept", TIMES[1], SPOE, ENVOY, RING)
    assert [each.gateway for each in merge([old, new]).columns] == [SPOE, ENVOY, RING]


def test_a_gateway_that_ran_nowhere_is_shown_once_and_one_that_ran_only_as_it_ran() -> None:
    skipped = outcome(SPOE, status="skipped", reason="not here")
    nowhere = [comparison([skipped], column(SPOE, ""), when=when) for when in TIMES[:2]]
    assert len(merge(nowhere).columns) == 1
    (only,) = merge([nowhere[0], comparison([outcome(SPOE)], when=TIMES[1])]).columns
    assert only.version == "2.8.1"


def test_promises_of_both_are_shown_and_the_latest_words_win() -> None:
    old = comparison([outcome(SPOE, says="copies bodies once"), limit(SPOE, "b")], when=TIMES[0])
    new = comparison([outcome(SPOE, says="copies bodies")], when=TIMES[1])
    assert [(p.id, p.title) for p in merge([old, new]).promises] == [
        ("body", "copies bodies"),
        ("b", "cuts bodies"),
    ]
