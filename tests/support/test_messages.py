"""What is said of failures: short, of requests and properties, and never a dump.

Each function that judges is called with a scene in which everything went wrong. Whoever writes a
new one gets the same; where it takes something new, made_up.py has to make it up.
"""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from features.support import waiting
from features.support.checks.routing import REFUSED
from features.support.errors import CannotFindOutError
from features.support.paths import ROOT
from features.support.telling import MOST_LETTERS, MOST_LINES, told
from tests.support.made_up import EXCHANGES, values

CHECKS, STEPS = ROOT / "features" / "support" / "checks", ROOT / "features" / "steps"
TOLD = ("told", "brief")
DUMP = re.compile(r"\w\(\w+=|\[\]|\['|\{'|\('|KeyError|<[\w.]+ object")
# What a check takes that stands for a word of its own.
NAMED: dict[str, dict[str, Any]] = {
    "check_failure": {"name": "resets connections"},
    "check_only_changed": {"name": "joins repeats, adds X-Envoy-Internal"},
    "check_beyond": {"end": "is refused"},
    "check_generated": {"words": "nothing"},
    "check_allowed_methods": {"exchanges": EXCHANGES[: len(REFUSED)]},
}
# They read the figures of a gateway that runs.
OF_FIGURES = {"check_unchanged", "check_agreement", "check_shown"}
OF_FIGURES |= {f"check_{which}_figure" for which in ("own", "shared", "no")}


def modules() -> Iterator[Any]:
    for file in sorted(CHECKS.glob("[!_]*.py")):
        yield import_module(f"features.support.checks.{file.stem}")


def checks() -> dict[str, Callable[..., list[str]]]:
    """Every function that judges, by module and name."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": function
        for module in modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("check_") and function.__module__ == module.__name__
    }


def is_needed(parameter: inspect.Parameter) -> bool:
    optional = parameter.default is not inspect.Parameter.empty
    return not optional and parameter.kind != parameter.VAR_POSITIONAL


def arguments(function: Callable[..., Any]) -> dict[str, Any]:
    made = values()
    own = NAMED.get(function.__name__, {})
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name in own:
            found[name] = own[name]
        elif (
            parameter.default is inspect.Parameter.empty
            and parameter.kind != parameter.VAR_POSITIONAL
        ):
            words = inspect.formatannotation(parameter.annotation)
            words = re.sub(r"(?:\w+\.)+(\w+)", r"\1", words)
            if words not in made:
                pytest.fail(f"made_up.py has no {words} for {function.__name__}({name})")
            found[name] = made[words]
    return found


@pytest.fixture(autouse=True)
def hasty() -> None:
    waiting.set_patience(0.001)


def test_what_a_check_says_is_short_and_no_dump() -> None:
    wrong = {
        name: said
        for name, check in checks().items()
        if name.split(".")[1] not in OF_FIGURES and (said := unfit(check))
    }
    assert not wrong, "\n".join(f"{name}: {said[:200]}" for name, said in wrong.items())


def unfit(check: Callable[..., list[str]]) -> str:
    """What a check says, if that is too long or a dump."""
    found, raised = outcome(check, arguments(check))
    dumps = [each for each in found if DUMP.search(each) or not each.strip()]
    message = raised or told(found)
    long = len(message.splitlines()) > MOST_LINES or len(message) > MOST_LETTERS
    return f"says {dumps or message}" if dumps or long else ""


def outcome(check: Callable[..., list[str]], made: dict[str, Any]) -> tuple[list[str], str]:
    """What a check finds, and the message where it raises instead."""
    try:
        return check(**made), ""
    except (AssertionError, CannotFindOutError) as reason:
        return str(reason).splitlines(), str(reason)


def assertions(folder: Path) -> Iterator[tuple[str, ast.expr | None]]:
    """Every assertion and what it says."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Assert):
                yield f"{file.relative_to(ROOT)}:{node.lineno}", node.msg


def is_told(message: ast.expr | None) -> bool:
    """Whether a message is a sentence, or made by what makes sentences of findings."""
    if isinstance(message, ast.Call):
        return isinstance(message.func, ast.Name) and message.func.id in TOLD
    if isinstance(message, ast.JoinedStr):
        return bool(message.values) and any(isinstance(e, ast.Constant) for e in message.values)
    return isinstance(message, ast.Constant) and isinstance(message.value, str)


def test_every_assertion_says_something() -> None:
    assert len(list(assertions(STEPS))) > 100
    assert [where for where, message in assertions(STEPS) if not is_told(message)] == []


CONTAINERS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.List, ast.Dict, ast.Set, ast.Tuple)
_MAKERS = {"sorted", "list", "set", "dict", "values", "Counter"}


def is_container(value: ast.expr) -> bool:
    called = value.func if isinstance(value, ast.Call) else None
    made = isinstance(called, ast.Name) and called.id in _MAKERS
    sliced = isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice)
    return isinstance(value, CONTAINERS) or made or sliced


def dumped(function: ast.AST) -> Iterator[ast.FormattedValue]:
    """What a function puts into texts as Python writes lists and dictionaries."""
    named = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and is_container(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.FormattedValue):
            value = node.value
            if is_container(value) or (isinstance(value, ast.Name) and value.id in named):
                yield node


def test_no_list_is_told_as_python_writes_it() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for folder in (STEPS, CHECKS, CHECKS.with_name("operator"))
        for file in sorted(folder.rglob("*.py"))
        for function in ast.walk(ast.parse(file.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in dumped(function)
    ]
    assert found == []


def test_what_is_seen_says_itself_in_words() -> None:
    rooms = ("wire.exchange", "wire.client", "gateways.account", "gateways.stats")
    found = [
        kind
        for module in (*modules(), *(import_module(f"features.support.{room}") for room in rooms))
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if is_dataclass(kind) and kind.__module__ == module.__name__
    ]
    assert len(found) > 8
    assert [each.__name__ for each in found if "__str__" not in vars(each)] == []
