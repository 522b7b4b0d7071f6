"""What a run says of itself: its first line, and the facts beside the Allure results."""

import json
import platform
from collections.abc import Mapping
from pathlib import Path

from features.support.errors import StackError
from features.support.gateways import CATALOGUE, ROOT
from features.support.stack import Stack

# The names of the files that a run with Allure leaves in its directory.
_RESULTS = (
    "*-result.json*",
    "*-container.json*",
    "*-globals.json*",
    "*-attachment*",
    "environment.properties",
    "categories.json",
)
# Allure puts a result in the first category it fits. Version 3 reads this file itself, version 2
# one beside the results, in which labels cannot be asked for.
_SETTINGS = ROOT / "allurerc.json"


def headline(stack: Stack) -> str:
    """Return the first line of a run: kind of stack and versions; what cannot run, and why."""
    reasons = {name: stack.why_not(gateway) for name, gateway in CATALOGUE.items()}
    will_run = [gateway for name, gateway in CATALOGUE.items() if not reasons[name]]
    return "\n".join(
        [
            f"Stack: {stack.kind} ({', '.join(stack.outlook(will_run))})",
            *(f"Not run: {name}: {reason}" for name, reason in reasons.items() if reason),
        ]
    )


def clear(results: Path | None) -> None:
    """Remove the results of earlier runs, which allure-behave would leave among the new ones.

    Whatever else is in the directory stays.
    """
    for pattern in _RESULTS:
        for result in results.glob(pattern) if results else ():
            result.unlink(missing_ok=True)  # another run may have begun as well


def describe(results: Path | None, stack: Stack) -> None:
    """Write environment.properties and categories.json beside Allure's results, if there are."""
    if results is None or not results.is_dir():
        return
    lines = [f"{key}={value}" for key, value in _facts(stack).items()]
    (results / "environment.properties").write_text("\n".join(lines) + "\n")
    (results / "categories.json").write_text(json.dumps(_categories(), indent=2) + "\n")


def _categories() -> list[dict[str, object]]:
    rules = json.loads(_SETTINGS.read_text())["categories"]
    return [
        {"name": rule["name"], "matchedStatuses": rule["matchers"]["statuses"]}
        for rule in rules
        if "labels" not in rule["matchers"]
    ]


def _facts(stack: Stack) -> Mapping[str, str]:
    try:
        versions = stack.versions()
    except StackError as reason:
        versions = {"versions": f"not readable: {reason}"}
    return {
        "Stack": stack.kind,
        "Machine": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": platform.python_version(),
        **{name.replace(" ", "."): version for name, version in versions.items()},
    }
