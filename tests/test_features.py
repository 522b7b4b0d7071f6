"""The rules that features and steps are written by (README, "Add a scenario").

Each rule is one test, which names file and line of whatever does not keep it.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from behave.model import Feature, Scenario, ScenarioOutline
from behave.parser import parse_file
from behave.runner_util import load_step_modules
from behave.step_registry import registry

from features.support.checks.crashes import KINDS, PROVOKES
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
# A title states an outcome; these words announce one.
ANNOUNCING = re.compile(r"\b(checks?|verif\w+|tests?|should|validates?)\b", re.IGNORECASE)
MOST_STEPS, MOST_BACKGROUND, MOST_STATEMENTS_LINES, MOST_WORDS = 5, 4, 8, 15
EXPLAINED_AS_A_GROUP = ("allure.", "promise.", "claim.", PROVOKES)


def offenders(breaks: Callable[[Scenario], object]) -> list[str]:
    """Name the scenarios that break a rule."""
    return [name for name, scenario in SCENARIOS.items() if breaks(scenario)]


def features_that(breaks: Callable[[Feature], object]) -> list[str]:
    return [name for name, feature in FEATURES.items() if breaks(feature)]


def lines(pattern: re.Pattern[str]) -> list[str]:
    """Name the lines of features in which a pattern is found, and what was found."""
    return [
        f"{file.relative_to(ROOT)}:{number} {found[0]}"
        for file in FILES
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if (found := pattern.search(line))
    ]


def outlines() -> dict[str, ScenarioOutline]:
    return {
        f"{name}:{item.line} {item.name}": item
        for name, feature in FEATURES.items()
        for item in feature.run_items
        if isinstance(item, ScenarioOutline)
    }


def kinds(scenario: Scenario) -> list[str]:
    return [step.step_type for step in scenario.steps]


def labels(tags: Iterable[str], label: str) -> list[str]:
    return [tag for tag in tags if tag.startswith(f"allure.label.{label}:")]


def words(step: str) -> int:
    """Count the words of a step; a gateway's name counts as one."""
    for name in sorted(CATALOGUE, key=len, reverse=True):
        step = step.replace(name, "gateway")
    return len(step.split())


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


def test_a_feature_has_a_title_a_description_and_an_epic() -> None:
    assert not features_that(lambda each: not each.name or not each.description)
    assert not features_that(lambda each: len(labels(each.tags, "epic")) != 1)


def test_a_feature_has_no_rules_which_allure_would_leave_out() -> None:
    assert not features_that(lambda each: each.rules)
    assert not lines(re.compile(r"^\s*Rule:"))


def test_a_background_is_short_and_only_given() -> None:
    def steps(feature: Feature) -> list[Any]:
        return list(feature.background.steps) if feature.background else []

    assert not features_that(lambda each: len(steps(each)) > MOST_BACKGROUND)
    assert not features_that(lambda each: {s.step_type for s in steps(each)} - {"given"})


def test_no_two_scenarios_have_the_same_title() -> None:
    titles = Counter((each.filename, each.name) for each in SCENARIOS.values())
    assert not offenders(lambda each: titles[each.filename, each.name] > 1)


def test_a_feature_says_what_and_not_how() -> None:
    assert not lines(TOO_CONCRETE)


def test_a_scenario_is_short_and_in_order() -> None:
    order = ["given", "when", "then"]
    assert not offenders(lambda each: len(kinds(each)) > MOST_STEPS)
    assert not offenders(lambda each: kinds(each).count("when") != 1)
    assert not offenders(lambda each: "then" not in kinds(each))
    assert not offenders(lambda each: kinds(each) != sorted(kinds(each), key=order.index))


def test_a_step_is_one_short_sentence() -> None:
    assert not [
        f"{name}:{step.line} {words(step.name)} words: {step.name}"
        for name, feature in FEATURES.items()
        for scenario in feature.walk_scenarios()
        for step in scenario.all_steps
        if words(step.name) > MOST_WORDS
    ]


def test_a_title_states_an_outcome() -> None:
    assert not offenders(lambda each: ANNOUNCING.search(each.name))


def test_a_scenario_has_one_severity_and_one_story() -> None:
    assert not offenders(lambda each: len(SEVERITIES & set(each.effective_tags)) != 1)
    assert not offenders(lambda each: len(labels(each.effective_tags, "story")) != 1)


def test_an_outline_names_its_rows_and_its_tables() -> None:
    found = outlines().items()
    assert not [name for name, outline in found if not re.search(r"<\w+>", outline.name)]
    assert not [name for name, outline in found if not all(t.name for t in outline.examples)]


def test_every_tag_is_explained_in_the_readme() -> None:
    explained = set(re.findall(r"`@([\w-]+)`", (ROOT / "README.md").read_text()))

    def unexplained(scenario: Scenario) -> list[str]:
        tags = [str(tag) for tag in scenario.effective_tags]
        return [t for t in tags if not t.startswith(EXPLAINED_AS_A_GROUP) and t not in explained]

    assert not offenders(unexplained)


def test_what_a_scenario_provokes_is_a_known_kind_of_crash() -> None:
    known = {f"{PROVOKES}{kind}" for kind in KINDS}
    assert not offenders(
        lambda each: {str(t) for t in each.effective_tags if t.startswith(PROVOKES)} - known
    )


def test_every_step_has_exactly_one_definition(matchers: dict[str, list[Any]]) -> None:
    found: dict[tuple[str, str], int] = {}

    def definitions(kind: str, text: str) -> int:
        if (kind, text) not in found:
            known = matchers[kind] + matchers["step"]
            found[kind, text] = sum(1 for each in known if each.match(text))
        return found[kind, text]

    assert not [
        f"{name}:{step.line} {definitions(step.step_type, step.name)} definitions: {step.name}"
        for name, feature in FEATURES.items()
        for scenario in feature.walk_scenarios()
        for step in scenario.all_steps
        if definitions(step.step_type, step.name) != 1
    ]


def test_every_definition_is_used(matchers: dict[str, list[Any]]) -> None:
    steps = {(s.step_type, s.name) for each in SCENARIOS.values() for s in each.all_steps}
    unused = [
        f"{matcher.location} @{kind} {matcher.pattern}"
        for kind, known in matchers.items()
        for matcher in known
        if not any(of == kind and matcher.match(name) for of, name in steps)
    ]
    assert not unused


def test_every_sample_and_mistake_and_gateway_is_used() -> None:
    text = "\n".join(step.name for each in SCENARIOS.values() for step in each.all_steps)
    wanted = set(BODIES) | set(HEADERS) | set(CATALOGUE) | (set(MISTAKES) - {"the wish to mirror"})
    assert not [word for word in wanted if word not in text]


def test_a_step_is_glue() -> None:
    assert not [
        f"{file.name}:{node.lineno} {node.name}"
        for file, node in step_functions()
        if (node.end_lineno or 0) - node.body[0].lineno + 1 > MOST_STATEMENTS_LINES
    ]


def test_a_step_function_has_a_name_of_its_own_and_calls_no_steps_by_their_text() -> None:
    names = Counter(node.name for _, node in step_functions())
    assert len(names) > 40
    assert not [name for name, times in names.items() if times > 1 or name == "step_impl"]
    assert not [file.name for file in STEP_FILES if "execute_steps" in file.read_text()]
