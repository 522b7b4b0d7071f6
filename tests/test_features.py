"""The rules that features and steps are written by (README, "Add a scenario")."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from behave.model import Scenario, ScenarioOutline
from behave.parser import parse_file
from behave.runner_util import load_step_modules
from behave.step_registry import registry

from features.support.gateways.catalogue import CATALOGUE
from features.support.operator.config_check import MISTAKES
from features.support.wire.payloads import BODIES, HEADERS
from tests.runs import ROOT

FILES = sorted((ROOT / "features").rglob("*.feature"))
STEP_FILES = sorted((ROOT / "features" / "steps").glob("*.py"))
FEATURES = {str(file.relative_to(ROOT)): parse_file(str(file)) for file in FILES}
SCENARIOS = {
    f"{name}:{scenario.line} {scenario.name}": scenario
    for name, feature in FEATURES.items()
    for scenario in feature.walk_scenarios()
}
SEVERITIES = {"blocker", "critical", "normal", "minor", "trivial"}
# How things are done is for the support code to know; features say what is done.
TOO_CONCRETE = re.compile(
    r"localhost|127\.0\.0\.1|docker|container|compose|\bports?\b|:\d{2,5}\b|sleep|\bwaits?\b"
    r"|curl|journal|recorder|pytest|behave|\.cfg",
    re.IGNORECASE,
)
MOST_STEPS, MOST_BACKGROUND, MOST_STATEMENTS_LINES = 5, 4, 8

each_feature = pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES)
each_scenario = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)


def outlines() -> dict[str, Any]:
    return {
        f"{name}: {item.name}": item
        for name, feature in FEATURES.items()
        for item in feature.run_items
        if isinstance(item, ScenarioOutline)
    }


def step_functions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for file in STEP_FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(each, ast.Call)
                and ast.unparse(each.func) in ("given", "when", "then", "step")
                for each in node.decorator_list
            ):
                yield file, node


@pytest.fixture(scope="module")
def matchers() -> dict[str, list[Any]]:
    """Every step definition by its kind; loading them raises where two have the same text."""
    if not any(registry.steps.values()):
        load_step_modules([str(ROOT / "features" / "steps")])
    return dict(registry.steps)


def test_there_are_features() -> None:
    assert len(FEATURES) >= 8
    assert len(SCENARIOS) >= 90


@each_feature
def test_a_feature_has_a_title_a_description_and_an_epic(feature: Any) -> None:
    assert feature.name
    assert feature.description
    assert len([tag for tag in feature.tags if tag.startswith("allure.label.epic:")]) == 1


@each_feature
def test_a_feature_has_no_rules_which_allure_would_leave_out(feature: Any) -> None:
    assert not feature.rules


@each_feature
def test_a_background_is_short_and_only_given(feature: Any) -> None:
    steps = list(feature.background.steps) if feature.background else []
    assert len(steps) <= MOST_BACKGROUND
    assert {step.step_type for step in steps} <= {"given"}


@each_feature
def test_no_two_scenarios_have_the_same_title(feature: Any) -> None:
    titles = Counter(scenario.name for scenario in feature.walk_scenarios())
    assert not [title for title, times in titles.items() if times > 1]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_feature_says_what_and_not_how(file: Path) -> None:
    found = [
        (number, match[0])
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if (match := TOO_CONCRETE.search(line))
    ]
    assert not found


@each_scenario
def test_a_scenario_is_short_and_in_order(scenario: Scenario) -> None:
    kinds = [step.step_type for step in scenario.steps]
    assert len(kinds) <= MOST_STEPS
    assert kinds.count("when") == 1
    assert kinds.count("then") >= 1
    order = ["given", "when", "then"]
    assert kinds == sorted(kinds, key=order.index)


@each_scenario
def test_a_title_states_an_outcome(scenario: Scenario) -> None:
    found = re.search(r"\b(checks?|verif\w+|tests?|should|validates?)\b", scenario.name, re.I)
    assert not found, found


@each_scenario
def test_a_scenario_has_one_severity_and_one_story(scenario: Scenario) -> None:
    assert len(SEVERITIES & set(scenario.effective_tags)) == 1
    assert (
        len([tag for tag in scenario.effective_tags if tag.startswith("allure.label.story:")]) == 1
    )


@pytest.mark.parametrize("outline", outlines().values(), ids=outlines())
def test_an_outline_names_its_rows_and_its_tables(outline: Any) -> None:
    assert re.search(r"<\w+>", outline.name), "rows cannot be told apart"
    assert all(table.name for table in outline.examples)


def test_every_tag_is_explained_in_the_readme() -> None:
    used = {str(tag) for each in SCENARIOS.values() for tag in each.effective_tags}
    explained = set(re.findall(r"`@([\w-]+)`", (ROOT / "README.md").read_text()))
    assert {
        tag for tag in used if not tag.startswith(("allure.", "promise.", "claim."))
    } <= explained


@each_scenario
def test_every_step_has_exactly_one_definition(
    scenario: Scenario, matchers: dict[str, list[Any]]
) -> None:
    for step in scenario.all_steps:
        known = matchers[step.step_type] + matchers["step"]
        matching = [each.pattern for each in known if each.match(step.name)]
        assert len(matching) == 1, f"{step.keyword} {step.name}: {matching}"


def test_every_definition_is_used(matchers: dict[str, list[Any]]) -> None:
    steps = [step for scenario in SCENARIOS.values() for step in scenario.all_steps]
    unused = [
        f"@{kind} {matcher.pattern}"
        for kind, known in matchers.items()
        for matcher in known
        if not any(s.step_type == kind and matcher.match(s.name) for s in steps)
    ]
    assert not unused


def test_every_sample_and_mistake_and_gateway_is_used() -> None:
    text = "\n".join(step.name for each in SCENARIOS.values() for step in each.all_steps)
    words = set(BODIES) | set(HEADERS) | set(CATALOGUE) | (set(MISTAKES) - {"the wish to mirror"})
    assert not [word for word in words if word not in text]


def test_a_step_is_glue() -> None:
    long = [
        f"{file.name}: {node.name}"
        for file, node in step_functions()
        if (node.end_lineno or 0) - node.body[0].lineno + 1 > MOST_STATEMENTS_LINES
    ]
    assert not long


def test_a_step_function_has_a_name_of_its_own_and_calls_no_steps_by_their_text() -> None:
    names = Counter(node.name for _, node in step_functions())
    assert len(names) > 40
    assert not [name for name, times in names.items() if times > 1 or name == "step_impl"]
    assert not [file.name for file in STEP_FILES if "execute_steps" in file.read_text()]
