"""What may stand where: rooms and their order, names of gateways, what sleeps, long files."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from features.support.gateways.catalogue import CATALOGUE
from features.support.paths import ROOT

MOST_LINES, HOOK_LINES, MOST_ENTRIES = 300, 70, 14
LONGER: dict[str, int] = {}
SUPPORT, HOOKS = ROOT / "features" / "support", ROOT / "environment.py"
# The rooms of features/support, the lowest first; who lives higher may know who lives lower.
FLOORS = (
    {"paths", "errors", "telling", "waiting"},
    {"wire", "policy"},
    {"stack"},
    {"gateways"},
    {"options"},
    {"scene", "doctor"},
    {"checks", "operator"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
PRODUCTS = ("mirror-agent", "recorder", "goreplay-middleware")
# Whose code may name a gateway although it does not describe one, and why.
NAMES_GATEWAYS = {
    "features/support/checks/access.py": "strangers try the usual paths of every software",
    "features/support/policy/schema.py": "they are words of GAL's syntax",
    "features/support/wire/hostile_requests.py": "clients try headers that some software obeys",
    "bench/origins.py": "its fast services are HAProxy's",
    "bench/spop_load.py": "it plays HAProxy towards the agent",
    "bench/targets.py": "what three ways of mirroring were to cost",
}


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


@cache
def files(*folders: str) -> tuple[Path, ...]:
    return tuple(each for folder in folders for each in sorted((ROOT / folder).rglob("*.py")))


def at(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def imports(file: Path) -> Iterator[tuple[ast.AST, str]]:
    """The modules that a file imports; of what a package holds, the module and not the package."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            yield from ((node, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                inner = f"{node.module}.{each.name}"
                yield node, inner if inner in MODULES else node.module


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    if parts[0] in PRODUCTS:
        parts = parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


EVERY = (*files("features", "comparison", "bench", *PRODUCTS), HOOKS)
MODULES = {module_name(file): file for file in EVERY}


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[2] if parts[:2] == ["features", "support"] and len(parts) > 2 else None


def test_every_room_is_on_a_floor_and_they_fit_a_screen() -> None:
    entries = {each.stem for each in SUPPORT.iterdir() if each.name != "__pycache__"}
    assert entries - {"__init__"} == set(FLOOR)
    assert len(entries) <= MOST_ENTRIES


def test_no_import_runs_from_a_lower_room_to_a_higher_one() -> None:
    wrong = []
    for file in files("features/support"):
        own = room_of(module_name(file))
        for node, module in imports(file):
            room = room_of(module)
            if own and room and FLOOR[room] > FLOOR[own]:
                wrong.append(f"{at(file, node)}: {own} imports {module}")
            if module.partition(".")[0] in ("behave", "allure", "allure_behave", "parse"):
                wrong.append(f"{at(file, node)}: {module} is for steps and reporting")
            if module.startswith(("features.steps", "features.reporting", "comparison", "bench")):
                wrong.append(f"{at(file, node)}: {module} stands above features/support")
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: {m for _, m in imports(file) if m in MODULES} for name, file in MODULES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        pytest.fail(" imports ".join(reversed(found.args[1])))


def test_no_gateway_is_named_outside_its_file() -> None:
    words = {w for name in CATALOGUE for w in name.split() if w.lower() not in ("with", "a")}
    words -= {"log", "ring"}
    named = re.compile(rf"(?<![a-z.])(?:{'|'.join(words)})(?![a-z])", re.IGNORECASE)
    found = defaultdict(list)
    for file in files("features/support", "comparison", "bench"):
        if file.parent != SUPPORT / "gateways":
            for node, text in said(file):
                if named.search(text):
                    found[str(file.relative_to(ROOT))].append(f"{at(file, node)}: {text[:60]!r}")
    assert [each for name in found.keys() - NAMES_GATEWAYS.keys() for each in found[name]] == []
    assert NAMES_GATEWAYS.keys() - found.keys() == set(), "these may be named no more"


def said(file: Path) -> Iterator[tuple[ast.AST, str]]:
    """The names and the texts of a file's code, without what is written for people."""
    told = {id(node.value) for node in ast.walk(tree_of(file)) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree_of(file)):
        if id(node) in told:
            continue
        for field in ("id", "attr", "name", "arg", "module", "value"):
            text = getattr(node, field, None)
            if isinstance(text, str):
                yield node, text.replace(".", " ") if field in ("module", "name") else text


def test_a_class_name_means_one_thing() -> None:
    found = defaultdict(list)
    for file in files("features", "comparison", "bench"):
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(at(file, node))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_nothing_sleeps_but_waiting() -> None:
    sleeping = [
        at(file, node)
        for file in (*files("features"), HOOKS)
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "sleep"
    ]
    assert [each for each in sleeping if not each.startswith("features/support/waiting.py")] == []
    assert sleeping


def test_a_file_can_be_read_in_one_go() -> None:
    lines = {file: len(file.read_text().splitlines()) for file in (*EVERY, *files("tests"))}
    assert len(lines) > 150
    most = {ROOT / file: number for file, number in LONGER.items()}
    long = [at(f, tree_of(f)) for f, n in lines.items() if n > most.get(f, MOST_LINES)]
    assert long == []
    assert lines[HOOKS] <= HOOK_LINES


def test_hooks_judge_nothing() -> None:
    for file in (HOOKS, ROOT / "features" / "environment.py"):
        assert not [node for node in ast.walk(tree_of(file)) if isinstance(node, ast.Assert)]
