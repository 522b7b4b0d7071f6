"""What readers ask, and what an answer weighs: data/advice.yaml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_DATA = Path(__file__).parent / "data" / "advice.yaml"


@dataclass(frozen=True)
class Case:
    """A question of readers; data/advice.yaml says what each field means."""

    id: str
    title: str
    family: str = ""
    alone: bool = False
    needs: Sequence[str] = ()
    tool_needs: Sequence[str] = ()
    avoid: Sequence[str] = ()
    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def promises(self) -> set[str]:
        """Return the ids of all promises that it asks for."""
        return {*self.needs, *self.tool_needs, *self.avoid}


def _read() -> tuple[Mapping[str, float], tuple[Case, ...]]:
    document: Mapping[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return document["weights"], tuple(Case(**each) for each in document["cases"])


WEIGHTS, CASES = _read()
