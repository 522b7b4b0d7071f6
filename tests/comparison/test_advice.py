"""Advice follows from verdicts and figures by rule, and from nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from comparison.advice import Adviser, advise
from comparison.advice_cases import CASES
from comparison.advice_model import Advice
from comparison.costs import Costs
from comparison.model import Verdict
from comparison.verdicts import ScenarioResult
from comparison.view import View
from tests.comparison.build import ENVOY, LUA, RING, SPOE, column, comparison, limit, outcome

COLUMNS = (column(SPOE, "2.8.1", "Agent"), column(LUA), column(ENVOY, "1.39.0"))
CASE = {case.id: case for case in CASES}
FREE = CASE["free"].title


def advice(
    *results: ScenarioResult, columns: tuple[object, ...] = COLUMNS, costs: Costs | None = None
) -> dict[str, Advice]:
    made = comparison(results, *columns)  # type: ignore[arg-type]
    return {each.case: each for each in advise(View(made), costs or Costs())}


def kept(*gateways: str, promise: str = "body", tags: str = "critical") -> list[ScenarioResult]:
    return [outcome(each, promise, tags=tags) for each in gateways]


def test_a_grave_limit_weighs_more_than_two_small_ones() -> None:
    grave = [outcome(SPOE, "a", tags="blocker"), outcome(LUA, "a", tags="blocker limit")]
    small = [
        *(outcome(SPOE, name, tags="minor limit") for name in ("b", "c")),
        *kept(LUA, promise="b"),
        *kept(LUA, promise="c"),
    ]
    found = advice(*grave, *small, columns=COLUMNS[:2])
    assert found[FREE].gateways == (SPOE,)
    (grave_point,) = found["Think twice"].points
    assert grave_point.text == f"{LUA}: copies bodies."


def test_a_limit_weighs_by_its_own_severity() -> None:
    promise = kept(ENVOY, promise="a", tags="blocker")
    minor = outcome(SPOE, "a", says="cuts bodies a little", tags="minor limit")
    major = outcome(LUA, "a", says="loses bodies", tags="critical limit")
    found = advice(*promise, minor, major, *kept(SPOE, LUA, ENVOY, promise="b"))
    assert found[CASE["family"].title].gateways == (SPOE,)
    points = [each.text for each in found["Think twice"].points]
    assert points == [f"{SPOE}: cuts bodies a little.", f"{LUA}: loses bodies."]


def test_failures_are_never_recommended_over_limits() -> None:
    found = advice(outcome(SPOE, status="failed"), limit(LUA), columns=COLUMNS[:2])
    assert found[FREE].gateways == (LUA,)


def test_what_mirroring_costs_decides_between_equals() -> None:
    rows = {SPOE: {"speed": 0.9, "added_p99_ms": 0.1}, LUA: {"speed": 0.2, "added_p99_ms": 9.0}}
    results = kept(SPOE, LUA)
    assert advice(*results, columns=COLUMNS[:2])[FREE].gateways == (LUA,), "nothing beside it"
    found = advice(*results, columns=COLUMNS[:2], costs=Costs(rows, "", 2000))
    assert found[FREE].gateways == (SPOE,)
    told = " ".join(each.text for each in found[FREE].sentences)
    assert "Agent must run beside HAProxy." in told
    assert "serves 90 % of what it serves without mirroring" in told
    assert "p99 grows by 0.1 ms" in told
    assert f"Next: {LUA}" in told


def test_what_was_not_judged_by_every_promise_is_not_recommended() -> None:
    found = advice(
        *kept(SPOE, promise="a"), *kept(SPOE, ENVOY), *kept(LUA, promise="a"), limit(LUA)
    )
    assert ENVOY not in found[FREE].gateways
    points = [each.text for each in found["Nothing is said of"].points]
    assert points == ["Envoy: 1 of 2 promises were not run."]


def test_who_runs_a_gateway_already_is_told_what_is_known_of_it_and_what_is_not() -> None:
    some = advice(*kept(SPOE, promise="a"), *kept(SPOE, ENVOY))[
        "You run Envoy already: what to know"
    ]
    told = [each.text for each in some.sentences]
    assert told[0] == "Keeps 1 of 2 promises."
    assert told[-1] == "Nothing is known of 1 of 2 promises, which were not run."
    none = advice(*kept(SPOE), outcome(ENVOY, status="skipped", reason="no image"))
    assert "You run Envoy already: what to know" not in none


def test_what_mirrors_nothing_is_not_recommended_for_keeping_all_else() -> None:
    made = comparison(
        [
            outcome("HAProxy", "route"),
            outcome(SPOE, "route"),
            outcome(SPOE, "share", tags="critical claim.sample-percentage"),
            limit(SPOE),
        ],
        column("HAProxy"),
        column(SPOE, "2.8.1", "Agent"),
        excused={name: {"HAProxy": "it mirrors nothing"} for name in ("share", "body")},
    )
    assert advise(View(made), Costs())[0].gateways == (SPOE,)


def test_a_run_of_a_part_recommends_nothing() -> None:
    found = advice(outcome(RING, status="unplayed"), columns=(column(RING),))
    assert set(found) == {"No recommendation", "Nothing is said of"}
    assert "not run: not part of this run" in found["Nothing is said of"].points[0].text


def test_who_keeps_none_of_it_is_told_with_what_happens_instead() -> None:
    needs = CASE["large-bodies"].needs
    results = [limit(SPOE, name, says=f"cuts {name}") for name in needs]
    found = advice(*results, columns=COLUMNS[:1])[CASE["large-bodies"].title]
    assert found.gateways == ()
    assert [each.text for each in found.sentences] == [
        "No gateway keeps all that this needs.",
        f"{SPOE}: cuts small-bodies.",
    ]


STATUS = st.sampled_from(["kept", "limit", "failed", "excused", "unplayed"])
PROMISES = sorted({name for case in CASES for name in case.promises})
COPIES = ("fixed_copies_percent", "copies_percent", "late_copies_percent")
FIGURES = {"added_p99_ms": 0.0, "late_added_p99_ms": 0.0, **dict.fromkeys(COPIES, 100.0)}
ROWS = dict.fromkeys((SPOE, LUA, ENVOY), FIGURES)


@given(st.fixed_dictionaries({(g, p): STATUS for g in (SPOE, LUA, ENVOY) for p in PROMISES}))
def test_no_gateway_is_recommended_that_does_not_keep_what_is_needed(
    drawn: dict[tuple[str, str], str],
) -> None:
    status = {"kept": "passed", "limit": "passed"}
    results = [
        outcome(g, p, status.get(how, how), tags="limit" if how == "limit" else "critical")
        for (g, p), how in drawn.items()
        if how != "excused"
    ]
    excused: dict[str, dict[str, str]] = {}
    for (gateway, promise), how in drawn.items():
        if how == "excused":
            excused.setdefault(promise, {})[gateway] = "it has no such thing"
    view = View(comparison(results, *COLUMNS, excused=excused))
    for case in CASES:
        adviser = Adviser(view, Costs(ROWS))
        if not case.promises <= {each.id for each in view.comparison.promises}:
            continue
        for shown in adviser.fitting(case):
            verdicts = {
                name: promise.cell(shown.column).verdict
                for promise in view.comparison.promises
                for name in [promise.id]
            }
            needed = [*case.needs, *(case.tool_needs if shown.column.beside else ())]
            assert {verdicts[name] for name in needed} <= {Verdict.KEPT}
            assert {verdicts[name] for name in case.avoid} <= {
                Verdict.KEPT,
                Verdict.DOES_NOT_APPLY,
            }
