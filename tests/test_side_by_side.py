"""Gateways that are played side by side: the run tells what one process would have told."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

from tests.runs import Run, behave
from tests.test_strict_limits import emptied

FEATURES = {
    "first": """
@allure.label.epic:Mirroring
Feature: The first

  @promise.small @critical @allure.label.story:Small
  Scenario Outline: <gateway> keeps a promise
    Given <gateway> is the gateway
    When <gateway> is asked
    Then the answer of <gateway> is good

    Examples: gateways that keep the promise
      | gateway |
      | Envoy   |
      | Traefik |
      | APISIX  |

  @promise.small @limit @normal @allure.label.story:Small
  Scenario Outline: <gateway> does something else instead
    Given <gateway> is the gateway

    Examples: gateways with this limit
      | gateway |
      | Nginx   |
""",
    "second": """
@allure.label.epic:Mirroring
Feature: The second

  @minor @allure.label.story:Small
  Scenario: Nobody is asked
    When nobody at all is asked

  @minor @allure.label.story:Small
  Scenario: One that has a table and evidence
    Given Envoy is the gateway
      | name | value |
      | a    | 1     |
    When Envoy is asked

  @minor @allure.label.story:Small @quiet
  Scenario: Another one
    Given Traefik is the gateway
    When Traefik is asked

  @minor @wip
  Scenario: One that is left out
    Given Traefik is the gateway
""",
}
FAILING = """
@allure.label.epic:Mirroring
Feature: What fails

  @minor @allure.label.story:Small
  Scenario Outline: <gateway> and <what>
    Given <gateway> is the gateway
    When <gateway> <what>
    Then the answer of <gateway> is good

    Examples: what can happen
      | gateway | what                |
      | Envoy   | disappoints         |
      | Nginx   | cannot be found out |
      | Traefik | is not defined      |
      | Envoy   | is not cleaned up   |
      | Traefik | is given up         |
      | Traefik | is asked            |
"""
MEETING = """
@allure.label.epic:Mirroring
Feature: Who meets whom

  @minor @allure.label.story:Small
  Scenario Outline: <gateway> meets <other>
    Given <gateway> is the gateway
    When <gateway> waits for <other>

    Examples:
      | gateway | other |
      | Envoy   | Nginx |
      | Nginx   | Envoy |

  @minor @allure.label.story:Small @quiet
  Scenario Outline: <gateway> is alone
    Given <gateway> is the gateway
    When <gateway> looks for others
    Then there were none

    Examples:
      | gateway |
      | Envoy   |
      | Nginx   |

  @minor @allure.label.story:Small
  Scenario Outline: <gateway> measures alone
    Given <gateway> is the gateway
    When <gateway> measures
    Then there were none

    Examples:
      | gateway |
      | Envoy   |
      | Nginx   |
"""
STEPS = """
import os
from pathlib import Path
import allure
from behave import given, then, when
from features.support.errors import CannotFindOutError

from features.support.waiting import eventually, measuring, watch

HERE = Path(os.environ.get("MET", "/nowhere"))

class StrangeError(Exception):
    def __init__(self, one, other):
        super().__init__(one)

@given("{name} is the gateway")
def given_name(context, name):
    context.scenario.gateway = name
    allure.attach(f"evidence of {name}", "Evidence", allure.attachment_type.TEXT)

@when("{name} is asked")
def asked(context, name):
    print("asked", name)

@when("{name} waits for {other}")
def meets(context, name, other):
    (HERE / name).touch()
    eventually((HERE / other).exists, bool, 30, "the other")

@when("{name} looks for others")
def alone(context, name):
    own = HERE / f"{name} is alone"
    own.touch()
    context.found = watch(lambda: [e for e in HERE.glob("* is alone") if e != own], bool, 0.5).value
    own.unlink()

@when("{name} measures")
def measures(context, name):
    with measuring():
        alone(context, name)

@then("there were none")
def none(context):
    assert context.found == []

@then("the answer of {name} is good")
def good(context, name):
    assert name != "Nginx", "503 instead of 200"

@when("{name} disappoints")
def disappoints(context, name):
    raise AssertionError("one line" + chr(10) + "and another")

@when("{name} cannot be found out")
def not_found_out(context, name):
    raise StrangeError("it cannot be found out", "and cannot be pickled")

@when("{name} is not cleaned up")
def not_cleaned(context, name):
    def clean():
        raise CannotFindOutError("it stays")
    context.add_cleanup(clean)

@when("{name} is given up")
def given_up(context, name):
    context.plan.give_up(name, context.scenario)
    raise CannotFindOutError("it did not start")
"""


class Told(NamedTuple):
    """A run and all that it tells, without times and what else differs from run to run."""

    run: Run
    report: object
    comparison: object
    allure: list[tuple[object, ...]]
    junit: dict[str, list[tuple[object, ...]]]
    end: list[str]


@pytest.fixture
def tree(tree: Path) -> Path:
    tree = emptied(tree)
    (tree / "features" / "steps" / "small.py").write_text(STEPS)
    for name, text in FEATURES.items():
        (tree / "features" / f"{name}.feature").write_text(text)
    return tree


def play(tree: Path, jobs: int, *arguments: str) -> Told:
    chosen = ("-D", "stack=local", "-D", f"jobs={jobs}", "--junit", *arguments)
    run = behave([*chosen, "features/"], tree=tree)
    reports = tree / "reports"
    whole = run.output
    return Told(
        run,
        run.outcomes,
        without(json.loads((reports / "comparison.json").read_text()), "seconds", "started"),
        sorted((shown(reports / "allure-results", f) for f in results(tree)), key=str),
        {file.name: cases(file) for file in sorted(reports.glob("TESTS-*.xml"))},
        sorted(re.sub(r"\d+:\d+ min", "", line) for line in after(whole, "\nWhy they failed:")),
    )


def results(tree: Path) -> list[Path]:
    return list((tree / "reports" / "allure-results").glob("*-result.json"))


def after(text: str, place: str) -> list[str]:
    return text.partition(place)[2].splitlines() or text.partition("Played:")[2].splitlines()


def without(known: Any, *keys: str) -> Any:
    if isinstance(known, dict):
        return {k: without(v, *keys) for k, v in known.items() if k not in keys}
    return [without(each, *keys) for each in known] if isinstance(known, list) else known


def shown(directory: Path, file: Path) -> tuple[object, ...]:
    """What a person sees of a scenario in Allure."""
    known = json.loads(file.read_text())
    evidence = [
        (each["name"], (directory / each["source"]).read_text())
        for each in known.get("attachments", ())
    ]
    steps = [
        (each["name"], each["status"], [a["name"] for a in each.get("attachments", ())])
        for each in known.get("steps", ())
    ]
    message = known.get("statusDetails", {}).get("message")
    labels = sorted((each["name"], each["value"]) for each in known["labels"])
    return known["name"], known["status"], message, labels, steps, evidence


def cases(file: Path) -> list[tuple[object, ...]]:
    """What a CI server reads of each scenario of a feature."""
    return [
        (case.get("name"), case.get("status"), [(e.tag, e.get("message")) for e in case])
        for case in ElementTree.parse(file).getroot().iter("testcase")
    ]


@pytest.mark.parametrize("failing", [False, True])
def test_two_at_once_tell_what_one_would_have_told(tree: Path, failing: bool) -> None:
    if failing:
        (tree / "features" / "what_fails.feature").write_text(FAILING)
    one, two = play(tree, 1), play(tree, 2)
    assert one.run.code == two.run.code == failing, two.run.output
    assert one.report == two.report
    assert one.comparison == two.comparison
    assert one.allure == two.allure
    assert one.junit == two.junit
    assert one.junit
    assert one.end == two.end
    assert not list((tree / "reports").glob(".*")), "something was left aside"


def test_gateways_meet_but_some_scenarios_are_alone(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MET", str(tmp_path))
    (tree / "features" / "meeting.feature").write_text(MEETING)
    told = play(tree, 2, "-D", "gateways=Envoy,Nginx", "-n", "meets", "-n", "alone")
    assert told.run.code == 0, told.run.output
    assert told.run.passed == 6


def test_a_line_tells_of_each_gateway_that_was_played(tree: Path) -> None:
    lines = play(tree, 2, "-f", "terminal").run.output.splitlines()
    counts = [re.sub(r"^\[.*\] |, about .*$", "", line) for line in lines if line[:1] == "["]
    assert sorted(counts) == [
        *("Envoy: 2 passed", "Nginx: 2 passed", "Traefik: 2 passed", "no gateway: 1 passed"),
    ]


def test_a_failure_stops_a_run_that_is_told_so(tree: Path) -> None:
    (tree / "features" / "a_failing.feature").write_text(FAILING)
    run = behave(["-D", "stack=local", "-D", "jobs=2", "--stop", "features/"], tree=tree)
    assert run.code == 1
    assert "Not reached:" in run.output
    assert "HOOK-ERROR" not in run.output
