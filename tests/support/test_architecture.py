"""What may stand where: the support code knows no behave, and only waiting sleeps."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.support.paths import ROOT

SUPPORT = sorted((ROOT / "features" / "support").rglob("*.py"))
STEPS = sorted((ROOT / "features" / "steps").glob("*.py"))
PYTHON = [
    file
    for folder in ("features", "tests", "docker", "bench")
    for file in sorted((ROOT / folder).rglob("*.py"))
] + [ROOT / "environment.py"]
MOST_LINES, HOOK_LINES = 250, 60


def path_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imported(file: Path) -> set[str]:
    """The names of the modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def calls(file: Path) -> Iterator[str]:
    """What a file calls, as it is written."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_there_is_something_to_look_at() -> None:
    assert len(SUPPORT) > 20
    assert len(STEPS) > 5


@pytest.mark.parametrize("file", SUPPORT, ids=path_of)
def test_the_support_code_does_not_know_behave(file: Path) -> None:
    known = {name.partition(".")[0] for name in imported(file)}
    assert not known & {"behave", "allure_behave", "parse"}
    assert not [name for name in imported(file) if name.startswith("features.steps")]


@pytest.mark.parametrize("file", [*SUPPORT, *STEPS, ROOT / "environment.py"], ids=path_of)
def test_nothing_sleeps_but_waiting(file: Path) -> None:
    sleeps = [call for call in calls(file) if call.rpartition(".")[2] == "sleep"]
    assert bool(sleeps) == (file.name == "waiting.py")


@pytest.mark.parametrize("file", PYTHON, ids=path_of)
def test_a_file_can_be_read_in_one_go(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= MOST_LINES


def test_the_hooks_fit_on_a_page() -> None:
    assert len((ROOT / "environment.py").read_text().splitlines()) <= HOOK_LINES


@pytest.mark.parametrize("file", [ROOT / "environment.py", ROOT / "features" / "environment.py"])
def test_hooks_judge_nothing(file: Path) -> None:
    nodes = ast.walk(ast.parse(file.read_text()))
    assert not [node for node in nodes if isinstance(node, ast.Assert)]
