"""What a run leaves in reports/: its comparison as JSON, and as a page."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from comparison import age, costs, page, storage
from comparison.costs import Costs
from comparison.merge import merge
from comparison.model import Column, Comparison, Run
from comparison.publish import COSTS, PUBLISHED, write
from comparison.verdicts import ScenarioResult, judge
from features.support.gateways.catalogue import CATALOGUE, DOES_NOT_APPLY
from features.support.gateways.model import Gateway
from features.support.paths import ROOT

_NO_MIRRORING = "it mirrors nothing"


@dataclass(frozen=True)
class Surroundings:
    """What a run ran on: kind of stack, machine, and each gateway's programs with versions.

    That which clients talk to comes first; "" is the version of what was not started.
    """

    stack: str
    machine: str
    programs: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Finished:
    """A run that is over: results, what it ran on, its start (UTC), seconds, and its selection.

    `played` counts every scenario that was played, by gateway; `described` tells whether the
    results are of a gateway that is not in the catalogue.
    """

    results: Sequence[ScenarioResult]
    surroundings: Surroundings
    started: datetime
    seconds: float
    selection: str
    played: Mapping[str, int] = field(default_factory=dict)
    described: bool = False

    @property
    def whole(self) -> bool:
        """Tell whether every promise was played, or skipped for a reason."""
        return bool(self.results) and all(
            each.status != "unplayed" and (each.status != "skipped" or each.reason)
            for each in self.results
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
        played=finished.played,
        commit=age.commit(),
        changed=age.is_changed(),
        configurations={name: _configured(each) for name, each in CATALOGUE.items()},
    )
    named = {each.gateway for each in finished.results}
    columns = [
        Column(name, tuple((each, _number(version)) for each, version in programs.items()))
        for name, programs in surroundings.programs.items()
        if name in named
    ]
    return judge(finished.results, columns, run, excused(finished.results))


def _configured(gateway: Gateway) -> str:
    """Tell a gateway's configuration from others: all lines of its files that are no comments."""
    configured = [each.configuration for each in gateway.services if each.configuration]
    loaded = [file for each in gateway.services for file in each.loaded]
    beside = (file for each in configured for file in each.parent.rglob("*") if file.is_file())
    lines = [
        line
        for file in sorted({*beside, *loaded})
        for line in (file.name, *file.read_text(encoding="utf-8").splitlines())
        if line.strip() and not line.lstrip().startswith("#")
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def _number(version: str) -> str:
    """Return a version without what only says who built it."""
    return re.sub(r"-([0-9a-f]{7,}|\d+)$", "", version)


def excused(results: Sequence[ScenarioResult]) -> Mapping[str, Mapping[str, str]]:
    """Return the declared reasons; what mirrors nothing is also excused where nothing names it."""
    plain = {name: _NO_MIRRORING for name, gateway in CATALOGUE.items() if not gateway.mirrors}
    return {each.promise: {**plain, **DOES_NOT_APPLY.get(each.promise, {})} for each in results}


def report(finished: Finished, file: Path) -> list[str]:
    """Write the JSON and the page beside it; what is published in docs/ stays as it is.

    The page shows a described gateway beside what is published of others. Returns lines that tell
    what was written; raises OSError.
    """
    comparison = compare(finished)
    html = file.with_suffix(".html")
    write(file, storage.dump(comparison))
    shown = merge([storage.load(PUBLISHED), comparison]) if finished.described else comparison
    write(html, page.render(shown, known_costs()))
    return [f"Comparison: {_short(html)}"]


def known_costs() -> Costs:
    """Return the figures of make bench; figures that cannot be read are nobody's loss here."""
    try:
        return costs.read(COSTS)
    except storage.UnreadableError:
        return Costs()


def _short(file: Path) -> str:
    resolved = file.resolve()
    return str(resolved.relative_to(ROOT)) if resolved.is_relative_to(ROOT) else str(file)
