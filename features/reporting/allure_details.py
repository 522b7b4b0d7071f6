"""What Allure is told of a scenario beside its steps: groups, its feature's words, and links."""

import os
from pathlib import Path

from allure_commons.model2 import Label, Link, TestResult
from allure_commons.types import LinkType
from behave.model import Scenario

from features.reporting.plan import gateways_of
from features.support.paths import ROOT

_PROMISE = "promise."
_NO_GATEWAY, _NO_PROMISE = "no gateway", "promises of one gateway"


def describe(result: TestResult, scenario: Scenario) -> None:
    """Add a scenario's gateway and promise as labels, its feature's description, and links."""
    gateway = next(iter(gateways_of(scenario)), _NO_GATEWAY)
    promise = promise_of(scenario)
    result.labels.append(Label(name="gateway", value=gateway))
    result.labels.append(Label(name="promise", value=promise or _NO_PROMISE))
    words = " ".join((*scenario.feature.description, "", *scenario.description)).strip()
    result.description = words or None
    where = Path(scenario.filename).resolve()
    file = where.relative_to(ROOT) if where.is_relative_to(ROOT) else where
    result.links.append(_link(source(str(file), scenario.line), f"{file}:{scenario.line}"))
    if promise:
        row = f"comparison.html#promise-{promise}"
        result.links.append(_link(row, f"{promise} in the comparison"))


def promise_of(scenario: Scenario) -> str:
    """Return the promise that a scenario belongs to, "" when it belongs to none."""
    tags = map(str, scenario.effective_tags)
    return next((t.removeprefix(_PROMISE) for t in tags if t.startswith(_PROMISE)), "")


def source(file: str, line: int) -> str:
    """Return where a line can be read: on GitHub in its runs, else from beside the report."""
    known = [os.environ.get(f"GITHUB_{each}") for each in ("SERVER_URL", "REPOSITORY", "SHA")]
    if not all(known):
        return f"../{file}#L{line}"
    server, repository, commit = known
    return f"{server}/{repository}/blob/{commit}/{file}#L{line}"


def _link(url: str, name: str) -> Link:
    return Link(type=LinkType.LINK, url=url, name=name)
