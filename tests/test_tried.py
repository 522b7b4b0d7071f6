"""A described gateway: which rows it gets of a small feature, and what comes of each promise."""

from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import pytest
from behave.configuration import Configuration
from behave.model import Feature
from behave.model_type import Status
from behave.parser import parse_feature
from behave.runner import ModelRunner
from behave.step_registry import StepRegistry

from features.reporting import tried, try_report
from features.reporting.tried import Found, TriedScenario
from features.support.errors import CannotFindOutError, MissingAbilityError
from features.support.gateways import described
from features.support.gateways.described import Described
from tests.support.test_description import RUNNING

MINE = "My gateway"
FEATURE = """
Feature: A small one

  Background:
    Given a primary

  @promise.share
  Scenario Outline: <gateway> mirrors <share> over <protocol>
    Given <gateway> is the gateway
    When <gateway> is asked for <share> over <protocol>
    Then it was good: share

    Examples: over HTTP/1.1
      | gateway | share | protocol |
      | HAProxy | half  | HTTP/1.1 |
      | HAProxy | all   | HTTP/1.1 |
      | Envoy   | none  | HTTP/1.1 |

    Examples: over HTTP/2
      | gateway | share | protocol |
      | Envoy   | half  | HTTP/2   |
      | Nginx   | few   | HTTP/2   |

  @promise.share @limit
  Scenario Outline: <gateway> mirrors all
    Given <gateway> is the gateway

    Examples: gateways with this limit
      | gateway |
      | Traefik |

  @promise.reload
  Scenario Outline: <gateway> reloads
    Given <gateway> is the gateway
    When <gateway> is asked for a over b
    Then it was good: reload
    And it was good: afterwards

    Examples: gateways that keep the promise
      | gateway |
      | HAProxy |
      | Envoy   |

    Examples: and another one
      | gateway |
      | Nginx   |

  @promise.tool-dead
  Scenario Outline: <gateway> survives its tool
    Given <gateway> is the gateway

    Examples: gateways that keep the promise
      | gateway |
      | HAProxy |

  Scenario Outline: <gateway> is measured
    Given <gateway> is the gateway

    Examples: of no promise
      | gateway |
      | HAProxy |

  @promise.marker
  Scenario: Nobody forges it
    Given a primary
"""


class Played(NamedTuple):
    """What was played for a described gateway, and whether the run failed."""

    scenarios: list[TriedScenario]
    failed: bool

    def of(self, promise: str) -> TriedScenario:
        """Return the first scenario of a promise."""
        return next(each for each in self.scenarios if each.promise == promise)


def gateway(directory: Path, claims: str = "[]") -> Described:
    """Return somebody's gateway, and what it claims."""
    (directory / "gateway.yaml").write_text(f"{RUNNING}claims: {claims}\n")
    return described.load(directory / "gateway.yaml")


def added(found: Described) -> Feature:
    """Return the small feature with what a described gateway gets of it."""
    feature = parse_feature(FEATURE, filename="small.feature")
    tried.add([feature], found)
    return feature


def play(found: Described, at: str, trouble: Exception | None) -> Played:
    """Play what it gets; a step whose text holds `at` raises."""
    feature, registry = added(found), StepRegistry()
    made = tried.of([feature])

    def step(context: object, text: str) -> None:
        if at in text and trouble:
            raise trouble

    for kind in ("given", "when", "then"):
        registry.add_step_definition(kind, "{text}", step)
    feature.run_items = made
    config = Configuration(["-f", "null"], load_config=False)
    config.reporters.clear()
    return Played(made, ModelRunner(config, [feature], registry).run())


def test_it_gets_the_rows_of_the_first_gateway_of_each_table_once(tmp_path: Path) -> None:
    feature = added(gateway(tmp_path))
    assert [each.name for each in tried.of([feature])] == [
        f"{MINE} mirrors half over HTTP/1.1",
        f"{MINE} mirrors all over HTTP/1.1",
        f"{MINE} mirrors half over HTTP/2",
        f"{MINE} reloads",
    ]


def test_what_it_gets_stands_behind_its_promise_and_names_no_other_gateway(tmp_path: Path) -> None:
    feature = added(gateway(tmp_path))
    names = [each.name for each in feature.run_items]
    assert names[1] == f"{MINE} mirrors half over HTTP/1.1"
    assert names.index(f"{MINE} reloads") == names.index("<gateway> reloads") + 1
    texts = [step.name for each in tried.of([feature]) for step in each.steps]
    assert f"{MINE} is asked for half over HTTP/2" in texts
    assert not [each for each in texts if "HAProxy" in each or "Envoy" in each or "<" in each]
    assert {len(list(each.all_steps)) for each in tried.of([feature])} == {4, 5}, "a background too"
    lines = {each.line for each in tried.of([feature])}
    assert {FEATURE.splitlines()[line - 1].split()[1] for line in lines} == {"HAProxy", "Envoy"}


def test_other_scenarios_are_left_as_they_are(tmp_path: Path) -> None:
    plain = parse_feature(FEATURE, filename="small.feature")
    before = [each.name for each in plain.walk_scenarios()]
    tried.add([plain], gateway(tmp_path))
    others = [each for each in plain.walk_scenarios() if not isinstance(each, TriedScenario)]
    assert [each.name for each in others] == before


def test_what_holds_is_kept(tmp_path: Path) -> None:
    scenarios, failed = play(gateway(tmp_path, "[reload]"), "", None)
    assert {each.found for each in scenarios} == {Found.KEPT}
    assert {each.promise: each.claimed for each in scenarios} == {"share": False, "reload": True}
    assert not failed


def test_a_claimed_promise_that_breaks_fails_the_run(tmp_path: Path) -> None:
    played = play(gateway(tmp_path, "all"), "good: reload", AssertionError("503 instead of 200"))
    reload = played.of("reload")
    assert (reload.found, reload.status) == (Found.BROKEN, Status.failed)
    assert reload.why == "503 instead of 200"
    assert reload.steps[-1].status == Status.skipped
    assert played.failed
    assert played.of("share").found == Found.KEPT


def test_a_promise_that_nobody_claimed_is_a_limit_where_it_breaks(tmp_path: Path) -> None:
    trouble = AssertionError("503 instead of 200")
    played = play(gateway(tmp_path, "[share]"), "good: reload", trouble)
    reload = played.of("reload")
    assert (reload.found, reload.status) == (Found.LIMIT, Status.passed)
    assert reload.why == "503 instead of 200"
    assert reload.broken == "Then it was good: reload\n503 instead of 200"
    assert reload.steps[-1].status in (Status.skipped, Status.untested)
    assert not played.failed


@pytest.mark.parametrize("claims", ["[]", "all"])
def test_what_it_cannot_be_asked_for_is_skipped_with_the_abilitys_name(
    claims: str, tmp_path: Path
) -> None:
    told = f"{MINE} declares no account"
    played = play(gateway(tmp_path, claims), "good: reload", MissingAbilityError(told))
    reload = played.of("reload")
    assert (reload.found, reload.status) == (Found.NOT_TRIED, Status.skipped)
    assert (reload.why, reload.skip_reason) == (told, told)
    assert not played.failed


@pytest.mark.parametrize(
    ("at", "trouble", "why"),
    [
        ("good: reload", CannotFindOutError("the stack is gone"), "CannotFindOutError: the stack "),
        ("good: reload", ValueError("a bug"), "ValueError: a bug"),
        ("is the gateway", AssertionError("not ready"), "not ready"),
    ],
)
def test_what_could_not_be_found_out_is_no_limit(
    at: str, trouble: Exception, why: str, tmp_path: Path
) -> None:
    played = play(gateway(tmp_path), at, trouble)
    reload = played.of("reload")
    assert (reload.found, reload.status) == (Found.NOT_TRIED, Status.skipped)
    assert reload.why.startswith(why)
    assert not played.failed
    assert play(gateway(tmp_path, "all"), at, trouble).failed


def scenario(promise: str, found: Found, why: str = "", line: int = 1) -> TriedScenario:
    """Return a scenario that was played already, as far as a report looks at it."""
    made: Any = SimpleNamespace(
        promise=promise, found=found, why=why, skip_reason=None, claimed=found is Found.BROKEN
    )
    made.filename, made.line, made.feature = "small.feature", line, SimpleNamespace(name="Small")
    return cast("TriedScenario", made)


@pytest.mark.parametrize("order", list(permutations(Found)))
def test_the_worst_of_a_promises_scenarios_is_its_verdict(order: tuple[Found, ...]) -> None:
    worst_first = [Found.BROKEN, Found.NOT_TRIED, Found.LIMIT, Found.KEPT]
    while order:
        played = [scenario("share", each, f"why {each}", n) for n, each in enumerate(order)]
        (verdict,) = try_report.verdicts(played)
        worst = min(order, key=worst_first.index)
        assert verdict.found == worst
        assert verdict.why == ("" if worst is Found.KEPT else f"why {worst}")
        assert verdict.scenarios == [f"small.feature:{n}" for n in range(len(order))]
        order = order[1:]


def test_there_is_a_verdict_for_each_promise_in_the_order_of_the_features() -> None:
    names = ("share", "reload", "share", "account")
    found = try_report.verdicts([scenario(name, Found.KEPT) for name in names])
    assert [(each.promise, len(each.scenarios)) for each in found] == [
        *(("share", 2), ("reload", 1), ("account", 1))
    ]


def test_the_table_counts_and_tells_what_is_not_kept_the_worst_first(tmp_path: Path) -> None:
    found = try_report.verdicts(
        [
            scenario("headers", Found.KEPT),
            scenario("share", Found.LIMIT, "few\n  copies"),
            scenario("account", Found.NOT_TRIED, "no \x1b[31mfigures\r"),
            scenario("exactly-once", Found.BROKEN, "x" * 200),
            scenario("marker", Found.KEPT),
        ]
    )
    assert try_report.table(gateway(tmp_path), found) == [
        "",
        f"{MINE}: of 5 promises 2 kept, 1 limit, 1 could not be tried, 1 broken although claimed",
        f"  broken although claimed  exactly-once  {'x' * 106} ...",
        "  could not be tried       account       no \ufffd[31mfigures",
        "  limit                    share         few copies",
    ]


def test_a_gateway_that_keeps_all_has_one_line(tmp_path: Path) -> None:
    found = try_report.verdicts([scenario(name, Found.KEPT) for name in ("share", "reload")])
    assert try_report.table(gateway(tmp_path), found) == ["", f"{MINE}: of 2 promises 2 kept"]


def test_what_was_played_is_what_is_told(tmp_path: Path) -> None:
    found = gateway(tmp_path)
    played = play(found, "for all over", AssertionError("503\ninstead\x1b of 200"))
    assert try_report.table(found, try_report.verdicts(played.scenarios))[1:] == [
        f"{MINE}: of 2 promises 1 kept, 1 limit",
        "  limit                    share  503 instead\ufffd of 200",
    ]
