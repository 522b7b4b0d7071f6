"""The claims of the original description, answered by runs."""

import pytest

from comparison.claims import CLAIMS, Agreement, JudgedClaim, answer, judged
from comparison.merge import merge
from comparison.model import Comparison, Verdict
from comparison.verdicts import ScenarioResult
from tests.comparison.build import ENVOY, LUA, SPOE, column, comparison, limit, outcome

CLAIM = {claim.id: claim for claim in CLAIMS}
BODY, NATIVE, READY = "request-body", "native-mirroring", "production-ready"
TAGS, NATIVE_TAGS = f"critical claim.{BODY}", f"critical claim.{NATIVE}"
COLUMNS = {SPOE: column(SPOE, "2.8.1", "Agent"), LUA: column(LUA), ENVOY: column(ENVOY, "1.39")}
CONFIRMED, CONTRADICTED, UNKNOWN = Agreement.CONFIRMED, Agreement.CONTRADICTED, Agreement.UNKNOWN


def told(made: Comparison, claim: str, subject: str) -> JudgedClaim:
    found = judged(made)
    (each,) = [each for each in found if each.claim.id == claim and each.subject == subject]
    return each


@pytest.mark.parametrize(
    ("status", "tags", "verdict"),
    [
        ("passed", TAGS, Verdict.KEPT),
        ("passed", f"limit {TAGS}", Verdict.LIMIT),
        ("failed", TAGS, Verdict.FAILED),
        ("unplayed", TAGS, Verdict.NOT_RUN),
        ("passed", "critical", Verdict.KEPT),  # a promise of another claim
    ],
)
def test_a_claim_is_kept_when_all_its_promises_are(
    status: str, tags: str, verdict: Verdict
) -> None:
    made = comparison([outcome(SPOE, tags=TAGS), outcome(SPOE, "large", status, tags=tags)])
    cell = answer(CLAIM[BODY], made.columns[0], made)
    assert cell.verdict is verdict
    assert bool(cell.why) == (verdict is not Verdict.KEPT)


def test_production_ready_is_every_promise_that_blocks_of_what_mirrors() -> None:
    made = comparison(
        [outcome("HAProxy", "a", tags="blocker"), outcome(SPOE, tags=TAGS), limit(SPOE, "b")],
        excused={"body": {"HAProxy": "it mirrors nothing"}, "a": {SPOE: "no"}},
    )
    plain, _ = made.columns
    assert answer(CLAIM[READY], plain, made).verdict is Verdict.DOES_NOT_APPLY
    blocker = comparison([outcome(SPOE, tags="blocker"), limit(SPOE, "other")])
    assert answer(CLAIM[READY], blocker.columns[0], blocker).verdict is Verdict.KEPT


@pytest.mark.parametrize(
    ("results", "claim", "subject", "agreement", "because"),
    [
        ([outcome(ENVOY, tags=TAGS)], BODY, ENVOY, CONFIRMED, CLAIM[BODY].asks),
        (
            [limit(ENVOY, says="cuts bodies"), outcome(SPOE, tags=TAGS)],
            *(BODY, ENVOY, CONTRADICTED, f"{ENVOY} cuts bodies"),
        ),
        (
            [outcome(ENVOY, status="skipped", reason="no image", tags=TAGS)],
            *(BODY, ENVOY, UNKNOWN, "no image"),
        ),
        # A subject that mirrors only with something is judged by all its ways.
        ([outcome(SPOE, tags=TAGS)], BODY, "HAProxy", CONFIRMED, "kept with SPOE"),
        (
            [outcome(SPOE, tags=TAGS), outcome(LUA, tags=TAGS)],
            *(BODY, "HAProxy", CONTRADICTED),
            "needs no tool: kept with Lua and nothing beside HAProxy; kept with SPOE",
        ),
        (
            [outcome(SPOE, status="unplayed", tags=TAGS)],
            *(BODY, "HAProxy", UNKNOWN, "not run with SPOE"),
        ),
        (
            [outcome(SPOE, tags=f"limit {NATIVE_TAGS}")],
            *(NATIVE, "HAProxy", CONFIRMED, "not kept with SPOE"),
        ),
        ([outcome(SPOE, tags=NATIVE_TAGS)], NATIVE, "HAProxy", CONTRADICTED, "kept with SPOE"),
        (
            [outcome(LUA, tags="blocker"), outcome(SPOE, tags="blocker limit")],
            *(READY, "HAProxy", CONTRADICTED),
            "not kept with SPOE, which it names; kept with Lua",
        ),
    ],
)
def test_runs_confirm_a_claim_or_contradict_it(
    results: list[ScenarioResult], claim: str, subject: str, agreement: Agreement, because: str
) -> None:
    used = dict.fromkeys(each.gateway for each in results)
    made = comparison(results, *(COLUMNS[name] for name in used))
    each = told(made, claim, subject)
    assert (each.agreement, each.because) == (agreement, because)


def test_one_version_that_does_not_keep_it_contradicts() -> None:
    old = comparison([outcome(ENVOY, tags=f"limit {TAGS}")], column(ENVOY, "1.0"))
    new = comparison([outcome(ENVOY, tags=TAGS)], column(ENVOY, "2.0"), when="2026-11-26")
    assert told(merge([old, new]), BODY, ENVOY).agreement is CONTRADICTED
