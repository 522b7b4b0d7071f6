"""After each feature the services' logs are read: a crash that no client noticed fails it, too."""

import sys
from collections.abc import Iterator

import allure
from behave.model import Feature

from features.support.checks.crashes import PROVOKES, LogReader, check_crashes
from features.support.stack import Stack

# Logs are read from where the feature before has ended.
_reader = LogReader()


class CrashError(Exception):
    """A service's log tells of a crash that no scenario of the feature has announced."""


def scan(stack: Stack | None, feature: Feature) -> None:
    """Read what the services of a feature logged meanwhile; raises CrashError.

    Raised in a hook it fails the feature and the run. Allure, which goes by steps alone, is told
    besides.
    """
    if stack is None:
        return
    logs = {name: stack.logs(name, whole=True) for name in sorted(stack.used)}
    stack.used.clear()
    found = check_crashes(_reader.news(logs), set(_announced(feature)))
    if not found:
        return
    reason = CrashError("\n".join(found))
    print(*(f"error: {feature.filename}: {each}" for each in found), sep="\n", file=sys.stderr)
    allure.global_error(reason)
    raise reason


def _announced(feature: Feature) -> Iterator[str]:
    """Yield the kinds of crashes that the feature's scenarios provoke."""
    for scenario in feature.walk_scenarios():
        for tag in scenario.effective_tags:
            if tag.startswith(PROVOKES):
                yield tag.removeprefix(PROVOKES)
