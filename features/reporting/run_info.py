"""What a run says of itself: its first line, and the facts beside the Allure results."""

import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from comparison.run_report import Surroundings
from features.reporting.strict_limits import KEPT_NOW, STRICT
from features.support.errors import StackError
from features.support.gateways.catalogue import CATALOGUE
from features.support.paths import ROOT
from features.support.stack import Stack
from features.support.telling import printable

# Allure puts a result in the first category it fits. Version 3 reads this file itself, version 2
# one beside the results, in which labels cannot be asked for.
_SETTINGS = ROOT / "allurerc.json"


class Ran(Protocol):
    """What knows on what a run was played."""

    kind: str

    def versions(self) -> Mapping[str, str]: ...  # noqa: D102


def headline(stack: Stack, gateways: Sequence[str]) -> str:
    """Return the first line of a run: kind of stack, and versions of the gateways it plays."""
    versions = stack.outlook([CATALOGUE[name] for name in gateways])
    return printable(f"Stack: {stack.kind} ({', '.join(versions)})")


def describe(results: Path | None, stack: Ran) -> None:
    """Write environment.properties and categories.json beside Allure's results, if there are."""
    if results is None or not results.is_dir():
        return
    lines = [f"{key}={value}" for key, value in _facts(stack).items()]
    (results / "environment.properties").write_text("\n".join(lines) + "\n")
    (results / "categories.json").write_text(json.dumps(_categories(), indent=2) + "\n")


def surroundings(stack: Ran) -> Surroundings:
    """Return what a run ran on, as far as it can be found out at its end."""
    versions = {k: v for k, v in _versions(stack).items() if v != "unknown"}
    programs = {}
    for name, gateway in CATALOGUE.items():
        front_first = sorted(gateway.services, key=lambda each: each.name != gateway.front)
        programs[name] = {each.title: versions.get(each.title, "") for each in front_first}
    return Surroundings(stack.kind, _machine(), programs)


def _categories() -> list[dict[str, object]]:
    """Return Allure 2's categories; it knows no labels, and tells a limit by its message."""
    found: list[dict[str, object]] = []
    for rule in json.loads(_SETTINGS.read_text())["categories"]:
        category = {"name": rule["name"], "matchedStatuses": rule["matchers"]["statuses"]}
        if rule["matchers"].get("labels") == {"tag": STRICT}:
            found.append({**category, "messageRegex": f"(?s).*{KEPT_NOW}.*"})
        elif "labels" not in rule["matchers"]:
            found.append(category)
    return found


def _facts(stack: Ran) -> Mapping[str, str]:
    return {
        "Stack": stack.kind,
        "Machine": _machine(),
        "Python": platform.python_version(),
        **{name.replace(" ", "."): version for name, version in _versions(stack).items()},
    }


def _versions(stack: Ran) -> Mapping[str, str]:
    try:
        return stack.versions()
    except StackError as reason:
        return {"versions": f"not readable: {reason}"}


def _machine() -> str:
    return f"{platform.system()} {platform.release()} {platform.machine()}"
