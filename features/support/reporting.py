"""What a run says of itself: its first line, and the facts beside the Allure results."""

import json
import platform
from collections.abc import Mapping
from pathlib import Path

from features.support.errors import StackError
from features.support.gateways import CATALOGUE
from features.support.stack import Stack

# Allure puts a result in the first category it fits (https://allurereport.org, "Categories").
_CATEGORIES = (
    {
        "name": "Product defects: the gateway does not keep its promise",
        "matchedStatuses": ["failed"],
    },
    {
        "name": "Infrastructure: it could not be found out",
        "matchedStatuses": ["broken"],
    },
    {
        "name": "Not run here",
        "matchedStatuses": ["skipped"],
    },
    {
        "name": "Known limits: what happens instead of a promise was proved",
        "matchedStatuses": ["passed"],
        "messageRegex": ".*@limit.*",
    },
)


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


def clear(results: Path) -> None:
    """Remove the results of earlier runs, which allure-behave would leave among the new ones."""
    for result in results.glob("*") if results.is_dir() else ():
        result.unlink()


def describe(results: Path, stack: Stack) -> None:
    """Write environment.properties and categories.json beside Allure's results."""
    if not results.is_dir():
        return
    lines = [f"{key}={value}" for key, value in _facts(stack).items()]
    (results / "environment.properties").write_text("\n".join(lines) + "\n")
    (results / "categories.json").write_text(json.dumps(_CATEGORIES, indent=2) + "\n")


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
