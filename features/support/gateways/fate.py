"""What may become of a copy, and the figures that tell of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from features.support.stack import Stack

G = TypeVar("G")
# Of copies on their way, how the shadow fails them; of the others, why there are none.
Fate = Literal[
    "answers too late",
    "does not listen",
    "hangs up",
    "answers with errors",
    "not drawn",
    "loop",
    "by their number",
    "by their bytes",
]


@dataclass(frozen=True)
class FateFigures(Generic[G]):
    """What a way of mirroring publishes, by name, and which name tells of which fate."""

    read: Callable[[Stack, G], Mapping[str, int]]
    names: Mapping[Fate, str]
