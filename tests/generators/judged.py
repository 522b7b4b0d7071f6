"""What came of one generated configuration: verdicts, or why there are none; kept as JSON."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from comparison.publish import write
from features.reporting.tried import Found


@dataclass(frozen=True)
class PromiseVerdict:
    """A promise's verdict, why it is not kept, its title, and its scenarios as file:line."""

    verdict: str
    why: str
    title: str
    scenarios: Sequence[str]


@dataclass(frozen=True)
class Judged:
    """A gateway made of a generated configuration, and what was found.

    `program` is the binary's version, `gal` the version by name, `gal_told` in words, `gal_said`
    what GAL logged; `released` where that version is one of PyPI. `first_look` has what a first
    request showed. `refused` has the program's message where nothing could be played, `started`
    tells whether the program ran all the same; `not_run` says why nobody tried.
    """

    name: str
    provider: str
    gal: str
    gal_told: str
    date: str
    commit: str
    released: bool = True
    program: str = ""
    relocated: bool = False
    gal_said: Sequence[str] = ()
    first_look: Sequence[str] = ()
    refused: Sequence[str] = ()
    started: bool = True
    not_run: str = ""
    verdicts: Mapping[str, PromiseVerdict] = field(default_factory=dict)

    @property
    def copies_nothing(self) -> bool:
        """Tell whether clients were served and no copy of a first request came."""
        return bool(self.verdicts) and any("no copy" in line for line in self.first_look)

    def count(self, found: Found) -> int:
        """Count the promises of which this came."""
        return Counter(each.verdict for each in self.verdicts.values())[found]


def keep(judged: Judged, file: Path) -> None:
    """Write it; raises OSError."""
    write(file, json.dumps(asdict(judged), indent=1, ensure_ascii=False) + "\n")


def read(file: Path) -> Judged:
    """Read what was kept; raises OSError, ValueError, TypeError for what is none."""
    said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    said["verdicts"] = {name: PromiseVerdict(**each) for name, each in said["verdicts"].items()}
    return Judged(**said)


def of_report(document: Mapping[str, Any]) -> dict[str, PromiseVerdict]:
    """Return the verdicts of what a run writes of a described gateway."""
    name = document["described"]["gateway"]["name"]
    titles = {each["id"]: each["title"] for each in document["promises"]}
    return {
        promise: PromiseVerdict(
            each["verdict"],
            each.get("why", ""),
            titles[promise].replace(name, "it"),
            each["scenarios"],
        )
        for promise, each in document["described"]["verdicts"].items()
    }
