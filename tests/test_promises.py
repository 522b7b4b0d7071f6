"""Each promise names every gateway that mirrors exactly once: kept, as a limit, or not at all."""

from collections import Counter

from behave.model import Scenario

from features.reporting.plan import gateways_of
from features.support.gateways.catalogue import CATALOGUE, DOES_NOT_APPLY
from tests.test_features import SCENARIOS

MIRRORING = {name for name, gateway in CATALOGUE.items() if gateway.mirrors}
# Tags of scenarios that show a gateway otherwise than promised.
EXPLAINED_ELSEWHERE = {"cure", "policy"}


def promise_of(scenario: Scenario) -> str | None:
    named = [tag for tag in scenario.effective_tags if tag.startswith("promise.")]
    assert len(named) <= 1, named
    return named[0].removeprefix("promise.") if named else None


def gateway_of(scenario: Scenario) -> str:
    return str(*gateways_of(scenario))


def rows() -> dict[str, list[Scenario]]:
    found: dict[str, list[Scenario]] = {}
    for scenario in SCENARIOS.values():
        promise = promise_of(scenario)
        if promise:
            found.setdefault(promise, []).append(scenario)
    return found


PROMISES = rows()


def test_there_are_promises() -> None:
    assert len(PROMISES) >= 20
    assert set(DOES_NOT_APPLY) <= set(PROMISES)


def wrongly_named(promise: str) -> str:
    """Say which gateways a promise names twice or not at all; "" when it names each once."""
    kept = {gateway_of(s) for s in PROMISES[promise] if "limit" not in s.effective_tags}
    limited = {gateway_of(s) for s in PROMISES[promise] if "limit" in s.effective_tags}
    named = Counter([*kept, *limited, *DOES_NOT_APPLY.get(promise, {})])
    first = PROMISES[promise][0]
    routing = "allure.label.epic:Routing" in first.effective_tags
    missing = (set(CATALOGUE) if routing else MIRRORING) - set(named)
    wrong = [f"{name} is missing" for name in sorted(missing)]
    wrong += [f"{name} is named {times} times" for name, times in named.items() if times > 1]
    wrong += [f"{name} mirrors nothing" for name in set(named) - MIRRORING if not routing]
    return f"{first.filename}:{first.line} {promise}: {', '.join(wrong)}" if wrong else ""


def test_a_promise_names_every_gateway_once() -> None:
    assert not [wrong for promise in PROMISES if (wrong := wrongly_named(promise))]


def test_what_names_a_gateway_that_mirrors_is_a_promise_or_of_the_policy() -> None:
    strays = [
        name
        for name, each in SCENARIOS.items()
        if promise_of(each) is None
        and gateway_of(each) in MIRRORING
        and not EXPLAINED_ELSEWHERE & set(each.effective_tags)
    ]
    assert not strays


def test_what_is_of_the_policy_judges_the_specification_and_promises_nothing() -> None:
    found = [each for each in SCENARIOS.values() if "policy" in each.effective_tags]
    assert [each.name for each in found]
    for each in found:
        assert promise_of(each) is None
        assert "limit" not in each.effective_tags
        assert any("the policy" in step.name for step in each.steps if step.step_type == "then")


def test_a_limit_is_a_limit_of_a_promise() -> None:
    limits = [each for each in SCENARIOS.values() if "limit" in each.effective_tags]
    assert limits
    assert all(promise_of(each) for each in limits)
