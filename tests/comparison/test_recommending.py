"""Advice follows from verdicts by rule, and from nothing else."""

from comparison.advice import Advice, advise
from comparison.verdicts import Outcome
from comparison.view import View
from tests.comparison.build import ENVOY, LUA, RING, SPOE, column, comparison, limit, outcome

COLUMNS = (column(SPOE, "2.8.1", "Agent"), column(LUA), column(ENVOY, "1.39.0"))


def advice(*outcomes: Outcome, columns: tuple[object, ...] = COLUMNS) -> dict[str, Advice]:
    made = comparison(outcomes, *columns)  # type: ignore[arg-type]
    return {each.case: each for each in advise(View(made))}


def kept(*gateways: str, promise: str = "body") -> list[Outcome]:
    return [outcome(each, promise) for each in gateways]


def test_who_keeps_all_is_named_first() -> None:
    found = advice(*kept(ENVOY), limit(SPOE), limit(LUA, says="loses bodies"))
    assert found["If you are free to choose"].text == "Envoy (1.39.0) keeps all promises."
    haproxy = found["If it must be HAProxy"]
    assert "HAProxy with SPOE (2.8.1) and HAProxy with Lua (2.8.1)" in haproxy.text
    assert haproxy.points == (f"{SPOE}: cuts bodies (critical)", f"{LUA}: loses bodies (critical)")


def test_a_grave_limit_weighs_more_than_two_small_ones() -> None:
    blocker = [outcome(SPOE, "a", tags="blocker"), outcome(LUA, "a", tags="blocker limit")]
    small = [
        limit(SPOE, "b"),
        limit(SPOE, "c"),
        outcome(LUA, "b", tags="minor"),
        outcome(LUA, "c", tags="minor"),
    ]
    found = advice(*blocker, *small, columns=COLUMNS[:2])
    assert found["If you are free to choose"].text.startswith(
        "HAProxy with SPOE (2.8.1) keeps 1 of"
    )
    assert found["Think twice"].points == ("HAProxy with Lua (2.8.1): not kept: copies bodies",)


def test_failures_are_never_recommended_over_limits() -> None:
    found = advice(outcome(SPOE, status="failed"), limit(LUA), columns=COLUMNS[:2])
    assert found["If you are free to choose"].text.startswith("HAProxy with Lua")


def test_what_was_not_judged_by_every_promise_is_not_recommended() -> None:
    found = advice(
        *kept(SPOE, promise="a"), *kept(SPOE, ENVOY), *kept(LUA, promise="a"), limit(LUA)
    )
    assert found["If you are free to choose"].text.startswith("HAProxy with SPOE")
    assert found["Nothing is said of"].points == ("Envoy (1.39.0): 1 of 2 promises were not run",)


def test_what_mirrors_nothing_is_not_recommended_for_keeping_all_else() -> None:
    plain = column("HAProxy")
    made = comparison(
        [
            outcome("HAProxy", "route"),
            outcome(SPOE, "route"),
            outcome(SPOE, "share", tags="critical claim.sample-percentage"),
            limit(SPOE),
        ],
        plain,
        column(SPOE, "2.8.1", "Agent"),
        excused={name: {"HAProxy": "it mirrors nothing"} for name in ("share", "body")},
    )
    best = advise(View(made))[0]
    assert best.text.startswith("HAProxy with SPOE (2.8.1) keeps 2 of the 3")


def test_a_run_of_a_part_recommends_nothing() -> None:
    found = advice(outcome(RING, status="unplayed"), columns=(column(RING),))
    assert set(found) == {"No recommendation", "Nothing is said of"}
    assert found["Nothing is said of"].points[0].endswith("not run: not part of this run")
