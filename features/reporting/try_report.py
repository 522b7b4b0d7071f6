"""What a run says of a described gateway: a short table, and a file to keep and to compare."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comparison.publish import write
from features.reporting.summary import clipped
from features.reporting.tried import Found, TriedScenario
from features.support.gateways.described import Described
from features.support.telling import printable

FORMAT = 1
_WORST_FIRST = (Found.BROKEN, Found.NOT_TRIED, Found.LIMIT, Found.KEPT)
_LONGEST = 110  # characters of a reason in the table


@dataclass
class Judged:
    """What came of one promise, in all its scenarios."""

    promise: str
    feature: str
    claimed: bool
    found: Found = Found.KEPT
    why: str = ""
    scenarios: list[str] = field(default_factory=list)

    def add(self, tried: TriedScenario) -> None:
        """Take a scenario into account; the worst of them is the verdict."""
        self.scenarios.append(f"{tried.filename}:{tried.line}")
        if _WORST_FIRST.index(tried.found) < _WORST_FIRST.index(self.found):
            self.found = tried.found
            self.why = " ".join((tried.why or tried.skip_reason or "").split())


def verdicts(tried: Sequence[TriedScenario]) -> list[Judged]:
    """Return a verdict for each promise that was chosen, in the order of the features."""
    found: dict[str, Judged] = {}
    for each in tried:
        new = Judged(each.promise, each.feature.name, each.claimed)
        found.setdefault(each.promise, new).add(each)
    return list(found.values())


def table(described: Described, found: Sequence[Judged]) -> list[str]:
    """Return the counts, and a line for each promise that is not kept, the worst first."""
    counts = Counter(each.found for each in found)
    told = ", ".join(f"{counts[each]} {each}" for each in reversed(_WORST_FIRST) if counts[each])
    rest = [each for each in found if each.found is not Found.KEPT]
    width = max((len(each.promise) for each in rest), default=0)
    lines = [
        printable(f"  {each.found:<23}  {each.promise:<{width}}  {clipped(each.why, _LONGEST)}")
        for each in sorted(rest, key=lambda each: _WORST_FIRST.index(each.found))
    ]
    return ["", f"{described.gateway.name}: of {len(found)} promises {told}", *lines]


def slug(gateway: str) -> str:
    """Return a gateway's name as files are called."""
    return re.sub(r"[^a-z0-9]+", "-", gateway.lower()).strip("-")


def keep(described: Described, found: Sequence[Judged], comparison: Path) -> list[str]:
    """Write the verdicts beside a run's comparison, which the file holds as well.

    Returns a line that tells where; raises OSError.
    """
    file = comparison.with_name(f"{slug(described.gateway.name)}.json")
    held = json.loads(comparison.read_text(encoding="utf-8"))
    run = held["runs"][0]
    document: dict[str, Any] = {
        "described": {
            "format": FORMAT,
            "gateway": {"name": described.gateway.name, "version": described.said.version},
            "suite": {"commit": run["commit"], "changed": run["changed"]},
            "began": run["started"],
            "profiles": _profiles(found),
            "verdicts": {each.promise: _verdict(each) for each in found},
        },
        **held,
    }
    write(file, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return [f"Report: {file} (to keep; make comparison FROM='docs/comparison.json {file}')"]


def _profiles(found: Sequence[Judged]) -> dict[str, str]:
    """Return how many promises of each feature are kept."""
    of = Counter(each.feature for each in found)
    kept = Counter(each.feature for each in found if each.found is Found.KEPT)
    return {feature: f"{kept[feature]} of {of[feature]} kept" for feature in of}


def _verdict(each: Judged) -> dict[str, Any]:
    told = {"why": each.why} if each.why else {}
    return {
        "verdict": str(each.found),
        "claimed": each.claimed,
        **told,
        "scenarios": each.scenarios,
    }
