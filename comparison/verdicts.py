"""From the results of scenarios to verdicts."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from comparison.model import (
    SEVERITIES,
    Cell,
    Column,
    Comparison,
    Promise,
    Run,
    ScenarioRef,
    Verdict,
)

NOT_PART = "not part of this run"
# What stands before the gateway in a title: "With HAProxy the copy ..." -> "the copy ...".
_BEFORE = ("With ", "")


@dataclass(frozen=True)
class ScenarioResult:
    """A scenario of a promise and how it came out.

    `status` is passed, failed (the product disagrees), broken (it could not be found out), skipped
    or unplayed; `reason` is why, of a skipped one, and "" where it was left out by a selection.
    `strict` is the promise itself, played where a limit says that it breaks: it passed if it did.
    """

    scenario: ScenarioRef
    feature: str
    tags: frozenset[str]
    gateway: str
    status: str
    reason: str = ""
    strict: bool = False

    def tagged(self, prefix: str) -> list[str]:
        """Return what follows the prefix in its tags, in their order."""
        return sorted(t.removeprefix(prefix) for t in self.tags if t.startswith(prefix))

    @property
    def promise(self) -> str:
        """Return the id of its promise."""
        return self.tagged("promise.")[0]

    @property
    def limit(self) -> bool:
        """Tell whether it proves what happens instead."""
        return "limit" in self.tags

    @property
    def title(self) -> str:
        """Return its title without the gateway."""
        return without_gateway(self.scenario.title, self.gateway)


def without_gateway(title: str, gateway: str) -> str:
    """Return what a title says of its gateway."""
    for before in _BEFORE:
        if title.startswith(f"{before}{gateway} "):
            return title.removeprefix(f"{before}{gateway} ")
    return re.sub(rf"\s+(of|with|by) {re.escape(gateway)}\b", "", title)


def common(titles: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return one title for several, an ellipsis where they differ, and what each has there."""
    words = [title.split() for title in titles]
    shortest = min(len(each) for each in words)
    same = [len({each[n] for each in words}) == 1 for n in range(shortest)]
    head = same.index(False) if False in same else shortest
    if all(len(each) == head for each in words):
        return titles[0], ()
    backwards = [len({each[-n - 1] for each in words}) == 1 for n in range(shortest - head)]
    tail = backwards.index(False) if False in backwards else len(backwards)
    ending = words[0][len(words[0]) - tail :]
    title = " ".join([*words[0][:head], "…", *ending])
    return title, tuple(" ".join(each[head : len(each) - tail]) for each in words)


def judge(
    results: Sequence[ScenarioResult],
    columns: Sequence[Column],
    run: Run,
    excused: Mapping[str, Mapping[str, str]],
) -> Comparison:
    """Make the comparison of one run; `excused` says by promise and gateway why not."""
    promises: dict[str, list[ScenarioResult]] = {}
    for result in results:
        promises.setdefault(result.promise, []).append(result)
    scenarios: dict[str, ScenarioRef] = {}
    rows = []
    for name, found in promises.items():
        cells = {}
        for column in columns:
            own = [each for each in found if each.gateway == column.gateway]
            cell = _cell(own, run, excused.get(name, {}).get(column.gateway, ""))
            cells[column.key] = cell
            scenarios |= {o.scenario.key: o.scenario for o in own if o.scenario.key in cell.instead}
        rows.append(replace(_row(name, found), cells=cells))
    return Comparison((run,), tuple(columns), tuple(rows), scenarios)


def _row(name: str, results: Sequence[ScenarioResult]) -> Promise:
    kept = [each for each in results if not each.limit] or list(results)
    title, cases = common(list(dict.fromkeys(each.title for each in kept)))
    severities = {tag for each in kept for tag in each.tags} & set(SEVERITIES)
    return Promise(
        id=name,
        title=title,
        file=kept[0].scenario.file,
        feature=kept[0].feature,
        severity=min(severities, key=SEVERITIES.index, default="normal"),
        claims=tuple(sorted({claim for each in results for claim in each.tagged("claim.")})),
        cases=cases,
    )


def _cell(results: Sequence[ScenarioResult], run: Run, excuse: str) -> Cell:
    if not results:
        if excuse:
            return Cell(Verdict.DOES_NOT_APPLY, why=excuse)
        return Cell(Verdict.NOT_RUN, why="no scenario asks it")
    own = [each for each in results if not each.strict]
    bad = [each for each in results if each.status in ("failed", "broken")]
    played = [each for each in results if each.status not in ("skipped", "unplayed")]
    strict = sum(each.strict for each in played)
    limits = [each for each in own if each.limit]
    found = Cell(Verdict.KEPT, len(played) - strict, run.id, strict=strict, asked=_asked(own))
    if bad:
        return replace(found, verdict=Verdict.FAILED, why=_why(bad), instead=_keys(bad))
    if len(played) < len(results):
        why = _why_not(results, len(played))
        return Cell(Verdict.NOT_RUN, why=why, asked=found.asked)
    if limits:
        return replace(found, verdict=Verdict.LIMIT, instead=_keys(limits))
    return found


def _asked(own: Sequence[ScenarioResult]) -> str:
    """Tell scenarios from others: how many there are, whether of a limit, and what they say."""
    said = sorted((each.limit, each.scenario.title, each.scenario.steps) for each in own)
    digest = hashlib.sha256(repr(said).encode()).hexdigest()[:12]
    return f"{len(own)}{' as a limit' if any(each.limit for each in own) else ''}: {digest}"


def _why(bad: Sequence[ScenarioResult]) -> str:
    broken = sum(each.status == "broken" for each in bad)
    failed = len(bad) - broken
    told = [f"{failed} failed"] if failed else []
    return ", ".join(told + ([f"{broken} could not be found out"] if broken else []))


def _why_not(results: Sequence[ScenarioResult], played: int) -> str:
    reasons = list(dict.fromkeys(each.reason for each in results if each.reason))
    partly = f"only {played} of {len(results)} scenarios were played" if played else ""
    gateway = results[0].gateway
    told = [reason.removeprefix(f"{gateway}: ") for reason in reasons] or (
        [] if partly else [NOT_PART]
    )
    return ": ".join(filter(None, [partly, "; ".join(told)]))


def _keys(results: Iterable[ScenarioResult]) -> tuple[str, ...]:
    return tuple(each.scenario.key for each in results)
