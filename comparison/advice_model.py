"""What advice is made of: cases, sentences, and what stands behind each sentence."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """What is behind a sentence: an anchor in the page, and a file (and line) of the project."""

    anchor: str
    file: str
    line: int = 0


@dataclass(frozen=True)
class Sentence:
    """One statement, and the scenario or figure that it stands on.

    `brief`: README has it too; `of_gateway`: it says the same whatever the case.
    """

    text: str
    link: Link
    brief: bool = True
    of_gateway: bool = False


@dataclass(frozen=True)
class Advice:
    """A case that a reader may be in, the gateways that fit it, why, and what to know before."""

    case: str
    gateways: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    points: tuple[Sentence, ...] = ()
    brief_points: int = 2  # how many of them README has


def listed(names: Sequence[str]) -> str:
    """Return names as a phrase: "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def anchor(name: str) -> str:
    """Return a name as a part of an anchor."""
    return name.lower().replace(" ", "-")
