"""What a run, or several merged, leave behind: JSON, HTML and Markdown."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from comparison import costs, markdown, page, storage
from comparison.model import Column, Comparison, Run
from comparison.verdicts import Outcome, judge
from features.reporting.run_info import Surroundings
from features.support.gateways.catalogue import CATALOGUE, DOES_NOT_APPLY
from features.support.paths import ROOT

REPORT = ROOT / "reports" / "comparison.json"
DOCUMENT = ROOT / "docs" / "comparison.md"
PUBLISHED = ROOT / "docs" / "comparison.json"
COSTS = ROOT / "docs" / "cost.json"
README = ROOT / "README.md"
_NO_MIRRORING = "it mirrors nothing"


@dataclass(frozen=True)
class Finished:
    """A run that is over: outcomes, what it ran on, its start (UTC), seconds, and its selection."""

    outcomes: Sequence[Outcome]
    surroundings: Surroundings
    started: datetime
    seconds: float
    selection: str
    some_gateways: bool = False  # only those that were asked for

    @property
    def whole(self) -> bool:
        """Tell whether every promise was played, or skipped for a reason."""
        return bool(self.outcomes) and all(
            each.status != "unplayed" and (each.status != "skipped" or each.reason)
            for each in self.outcomes
        )


def compare(finished: Finished) -> Comparison:
    """Make the comparison of a run."""
    surroundings = finished.surroundings
    run = Run(
        started=finished.started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        stack=surroundings.stack,
        machine=surroundings.machine,
        seconds=round(finished.seconds),
        whole=finished.whole,
        selection=finished.selection,
    )
    named = {each.gateway for each in finished.outcomes}
    columns = [
        Column(name, tuple((each, _number(version)) for each, version in programs.items()))
        for name, programs in surroundings.programs.items()
        if name in named
    ]
    return judge(finished.outcomes, columns, run, excused(finished.outcomes))


def _number(version: str) -> str:
    """Return a version without what only says who built it."""
    return re.sub(r"-([0-9a-f]{7,}|\d+)$", "", version)


def excused(outcomes: Sequence[Outcome]) -> Mapping[str, Mapping[str, str]]:
    """Return the declared reasons; what mirrors nothing is also excused where nothing names it."""
    plain = {name: _NO_MIRRORING for name, gateway in CATALOGUE.items() if not gateway.mirrors}
    return {each.promise: {**plain, **DOES_NOT_APPLY.get(each.promise, {})} for each in outcomes}


def publish(finished: Finished, file: Path) -> list[str]:
    """Write the JSON, HTML beside it, and of a whole run in its usual place the Markdown too.

    Returns lines that tell what was written; raises OSError.
    """
    comparison = compare(finished)
    html = file.with_suffix(".html")
    figures = known_costs()
    write(file, storage.dump(comparison))
    write(html, page.render(comparison, figures))
    told = [f"Comparison: {_short(html)}"]
    if file.resolve() != REPORT:
        return told
    if not comparison.whole or finished.some_gateways:
        left = "this run was not of every promise and gateway"
        return [*told, f"{_short(DOCUMENT)} was left as it is: {left}"]
    write(DOCUMENT, markdown.render(comparison, figures))
    return [*told, f"Comparison: {_short(DOCUMENT)}"]


def known_costs() -> costs.Costs | None:
    """Return the figures of make bench; figures that cannot be read are nobody's loss here."""
    try:
        return costs.read(COSTS)
    except storage.UnreadableError:
        return None


def write(file: Path, text: str) -> None:
    """Write a file so that no reader ever sees half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(file)


def _short(file: Path) -> str:
    resolved = file.resolve()
    return str(resolved.relative_to(ROOT)) if resolved.is_relative_to(ROOT) else str(file)
