"""The words that may stand in a step, so that a misspelt one is an undefined step.

The file's name makes behave load it before the steps that use the words.
"""

import re
from collections.abc import Callable, Iterable

from behave import register_type
from parse import with_pattern

from features.support.checks import fates, half_requests, primary, reloads, sizes
from features.support.checks.headers import CHANGES
from features.support.gateways import stats
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.stats import WRONG
from features.support.operator import circulating_configs, config_mistakes
from features.support.operator.config_check import MISTAKES
from features.support.operator.faults import FAILURES
from features.support.stack.service import RECORDERS
from features.support.wire.exchange import Part
from features.support.wire.payloads import BODIES, HEADERS, Body
from features.support.wire.protocols import PROTOCOLS


def one_of(words: Iterable[str]) -> Callable[[str], str]:
    """Return a step parameter type that matches exactly these words, the longest first."""

    def word(text: str) -> str:
        return text

    word.pattern = any_of(words)  # type: ignore[attr-defined]
    return word


def any_of(words: Iterable[str]) -> str:
    """Return a regular expression for these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@with_pattern(any_of(BODIES))
def body(text: str) -> Body:
    return BODIES[text]()


PARTS = {
    "method and body": (Part.METHOD, Part.BODY, Part.STATE),
    "target": (Part.TARGET,),
    "headers": (Part.HEADERS, Part.ORDER),
}


@with_pattern(any_of(PARTS))
def part(text: str) -> tuple[Part, ...]:
    return PARTS[text]


@with_pattern("another target|other headers")
def other_part(text: str) -> tuple[Part, ...]:
    return PARTS[text.removeprefix("another ").removeprefix("other ")]


@with_pattern(r'[^\s"]+')
def target(text: str) -> str:
    return text


register_type(
    Target=target,
    Gateway=one_of(CATALOGUE),
    Service=one_of(service.name for service in RECORDERS),
    Method=one_of(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE"]),
    Route=one_of(stats.ROUTES),
    Form=one_of(stats.PATHS),
    Credentials=one_of(WRONG),
    Health=one_of(("up", "down")),
    Mistake=one_of(MISTAKES),
    MirroringMistake=one_of(config_mistakes.MISTAKES),
    Script=one_of(circulating_configs.SCRIPTS),
    Headers=one_of(HEADERS),
    Failure=one_of(FAILURES),
    UploadFailure=one_of(half_requests.SHADOW_FAILURES),
    ShadowFate=one_of(fates.FAILURES),
    Room=one_of(fates.ROOMS),
    Change=one_of(CHANGES),
    Changes=one_of({g.handling.words for g in CATALOGUE.values() if g.handling}),
    End=one_of(sizes.ENDS),
    Part=part,
    OtherPart=other_part,
    PrimaryFailure=one_of(primary.FAILURES),
    Loss=one_of(reloads.LOSSES),
    Protocol=one_of(PROTOCOLS),
    Body=body,
)
