"""The claims of the original description, answered by runs."""

import pytest

from comparison.claims import CLAIMS, Agreement, JudgedClaim, answer, judged
from comparison.merge import merge
from comparison.model import Verdict
from tests.comparison.build import ENVOY, LUA, SPOE, column, comparison, limit, outcome

BODY = next(claim for claim in CLAIMS if claim.id == "request-body")
PRODUCTION = next(claim for claim in CLAIMS if claim.id == "production-ready")
SPOE_COLUMN = column(SPOE, "2.8.1", "Mirroring agent")
TAGS = "critical claim.request-body"


def of(found: list[JudgedClaim], claim: str, subject: str) -> JudgedClaim:
    (each,) = [each for each in found if each.claim.id == claim and each.subject == subject]
    return each


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        (outcome(SPOE, "large", tags=TAGS), Verdict.KEPT),
        (outcome(SPOE, "large", tags=f"limit {TAGS}"), Verdict.LIMIT),
        (outcome(SPOE, "large", "failed", tags=TAGS), Verdict.FAILED),
        (outcome(SPOE, "large", "unplayed", tags=TAGS), Verdict.NOT_RUN),
    ],
)
def test_a_claim_is_kept_when_all_its_promises_are(second: object, verdict: Verdict) -> None:
    made = comparison([outcome(SPOE, tags=TAGS), second])  # type: ignore[list-item]
    cell = answer(BODY, made.columns[0], made)
    assert cell.verdict is verdict
    assert bool(cell.why) == (verdict is not Verdict.KEPT)


def test_what_no_promise_answers_is_not_run() -> None:
    made = comparison([outcome(SPOE)])
    assert answer(BODY, made.columns[0], made).verdict is Verdict.NOT_RUN
    assert {each.agreement for each in judged(made)} == {Agreement.UNKNOWN}


def test_production_ready_is_every_promise_that_blocks() -> None:
    made = comparison([outcome(SPOE, tags="blocker"), limit(SPOE, "other")])
    assert answer(PRODUCTION, made.columns[0], made).verdict is Verdict.KEPT


def test_a_claim_means_nothing_for_what_mirrors_nothing() -> None:
    made = comparison(
        [outcome("HAProxy", "route", tags="blocker"), outcome(SPOE, tags=TAGS)],
        excused={"body": {"HAProxy": "it mirrors nothing"}},
    )
    plain, spoe = made.columns
    assert answer(PRODUCTION, plain, made).verdict is Verdict.DOES_NOT_APPLY
    assert answer(BODY, spoe, made).verdict is Verdict.KEPT


def test_the_others_are_confirmed_or_contradicted_with_what_happens_instead() -> None:
    kept = comparison([outcome(ENVOY, tags=TAGS)])
    assert of(judged(kept), "request-body", ENVOY).agreement is Agreement.CONFIRMED
    limited = comparison([limit(ENVOY, says="cuts bodies"), outcome(SPOE, tags=TAGS)])
    each = of(judged(limited), "request-body", ENVOY)
    assert (each.agreement, each.because) == (Agreement.CONTRADICTED, f"{ENVOY} cuts bodies")


def test_one_version_that_does_not_keep_it_contradicts() -> None:
    old = comparison([outcome(ENVOY, tags=f"limit {TAGS}")], column(ENVOY, "1.0"))
    new = comparison([outcome(ENVOY, tags=TAGS)], column(ENVOY, "2.0"), when="2026-11-26")
    made = merge([old, new])
    assert len(made.columns) == 2
    assert of(judged(made), "request-body", ENVOY).agreement is Agreement.CONTRADICTED


def test_haproxy_is_judged_by_all_its_ways() -> None:
    external = [outcome(SPOE, tags=TAGS)]
    confirmed = of(judged(comparison(external, SPOE_COLUMN)), "request-body", "HAProxy")
    assert (confirmed.agreement, confirmed.because) == (Agreement.CONFIRMED, "kept with SPOE")
    both = comparison([*external, outcome(LUA, tags=TAGS)], SPOE_COLUMN, column(LUA))
    contradicted = of(judged(both), "request-body", "HAProxy")
    assert contradicted.agreement is Agreement.CONTRADICTED, "Lua is no external tool"
    assert contradicted.because == (
        "needs no tool: kept with Lua and nothing beside HAProxy; kept with SPOE"
    )


def test_no_means_that_no_way_of_haproxy_keeps_it() -> None:
    native = "critical claim.native-mirroring"
    no = comparison([outcome(SPOE, "native", tags=f"limit {native}")], SPOE_COLUMN)
    assert of(judged(no), "native-mirroring", "HAProxy").agreement is Agreement.CONFIRMED
    yes = comparison([outcome(SPOE, "native", tags=native)], SPOE_COLUMN)
    assert of(judged(yes), "native-mirroring", "HAProxy").agreement is Agreement.CONTRADICTED


def test_a_named_way_that_breaks_a_blocker_contradicts() -> None:
    outcomes = [outcome(LUA, tags="blocker"), outcome(SPOE, tags="blocker limit")]
    made = comparison(outcomes, SPOE_COLUMN, column(LUA))
    each = of(judged(made), "production-ready", "HAProxy")
    assert each.agreement is Agreement.CONTRADICTED
    assert each.because == "not kept with SPOE, which it names; kept with Lua"


def test_what_was_not_run_confirms_nothing() -> None:
    unplayed = outcome(ENVOY, status="skipped", reason="no image", tags=TAGS)
    made = comparison([unplayed, outcome(SPOE, status="unplayed", tags=TAGS)])
    for subject in (ENVOY, "HAProxy"):
        assert of(judged(made), "request-body", subject).agreement is Agreement.UNKNOWN
