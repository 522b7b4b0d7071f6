"""The table that this project began with: what it claimed, and what runs say of each claim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from comparison.model import Cell, Column, Comparison, Promise, Verdict

_DATA = Path(__file__).parent / "data" / "original_table.yaml"


class Meaning(StrEnum):
    """What a cell of the original table claims."""

    YES = "yes"  # the gateway does it
    NOBODY = "nobody"  # no way of mirroring does it
    TOOL = "tool"  # some way does it, and only with a tool
    THESE = "these"  # the named ways do it


@dataclass(frozen=True)
class ClaimedCell:
    """One cell of the original table: its words, what they mean, and the ways that it names."""

    says: str
    means: Meaning = Meaning.YES
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A row of the original table, judged by promises tagged claim.<id>, or of a severity."""

    id: str
    title: str
    asks: str
    claimed: Mapping[str, ClaimedCell]
    severity: str = ""


def _read() -> tuple[Claim, ...]:
    rows = yaml.safe_load(_DATA.read_text(encoding="utf-8"))["rows"]
    return tuple(
        Claim(**{**row, "claimed": {k: _cell(**cell) for k, cell in row["claimed"].items()}})
        for row in rows
    )


def _cell(says: str, means: str = "yes", named: Sequence[str] = ()) -> ClaimedCell:
    return ClaimedCell(says, Meaning(means), tuple(named))


CLAIMS = _read()


def promises_of(claim: Claim, comparison: Comparison) -> list[Promise]:
    """Return the promises that answer a claim."""
    if claim.severity:
        return [each for each in comparison.promises if each.severity == claim.severity]
    return [each for each in comparison.promises if claim.id in each.claims]


def mirrors(column: Column, comparison: Comparison) -> bool:
    """Tell whether a gateway mirrors at all: a claim means something for it."""
    asked = [each.cell(column) for each in comparison.promises if each.claims]
    return not asked or any(cell.verdict is not Verdict.DOES_NOT_APPLY for cell in asked)


def answer(claim: Claim, column: Column, comparison: Comparison) -> Cell:
    """Return what the runs say about a claim and a gateway: kept if all its promises are."""
    promises = promises_of(claim, comparison)
    if not promises:
        return Cell(Verdict.NOT_RUN, why="no promise answers it yet")
    if not mirrors(column, comparison):
        return Cell(Verdict.DOES_NOT_APPLY, why="it mirrors nothing")
    cells = [(promise, promise.cell(column)) for promise in promises]
    for verdict in (Verdict.FAILED, Verdict.LIMIT, Verdict.NOT_RUN):
        found = [(promise, cell) for promise, cell in cells if cell.verdict is verdict]
        if found:
            return _summed(verdict, found, cells)
    kept = [cell for _, cell in cells if cell.verdict is Verdict.KEPT]
    if not kept:
        return cells[0][1]
    return Cell(Verdict.KEPT, sum(cell.of for cell in kept), kept[0].run)


def _summed(
    verdict: Verdict, found: list[tuple[Promise, Cell]], cells: list[tuple[Promise, Cell]]
) -> Cell:
    instead = tuple(dict.fromkeys(key for _, cell in found for key in cell.instead))
    played = sum(cell.of for _, cell in cells)
    run = next((cell.run for _, cell in found if cell.run), "")
    if verdict is Verdict.NOT_RUN:
        reasons = "; ".join(dict.fromkeys(cell.why for _, cell in found))
        part = f"{len(found)} of {len(cells)} promises: " if len(found) < len(cells) else ""
        return Cell(verdict, why=f"{part}{reasons}")
    titles = "; ".join(promise.title for promise, _ in found)
    return Cell(verdict, played, run, f"not kept: {titles}", instead)


class Agreement(StrEnum):
    """What a run says of a claim."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    UNKNOWN = "not checked"


@dataclass(frozen=True)
class JudgedClaim:
    """A claim of one column of the original, what the runs say, and why in one phrase."""

    claim: Claim
    subject: str
    agreement: Agreement
    because: str

    @property
    def says(self) -> str:
        """Return the words of the original."""
        return self.claim.claimed[self.subject].says


def judged(comparison: Comparison) -> list[JudgedClaim]:
    """Judge every claim; a subject that mirrors only with something by all its ways."""
    return [
        _of_gateway(claim, subject, comparison)
        if cell.means is Meaning.YES
        else _of_ways(claim, subject, comparison)
        for claim in CLAIMS
        for subject, cell in claim.claimed.items()
    ]


def _of_gateway(claim: Claim, gateway: str, comparison: Comparison) -> JudgedClaim:
    cells = [answer(claim, c, comparison) for c in comparison.columns if c.gateway == gateway]
    bad = [c for c in cells if c.verdict in (Verdict.LIMIT, Verdict.FAILED)]
    unknown = [c for c in cells if c.verdict is Verdict.NOT_RUN]
    if bad:
        return JudgedClaim(claim, gateway, Agreement.CONTRADICTED, _instead(bad[0], comparison))
    if unknown or not cells:
        why = unknown[0].why if unknown else "no run of it"
        return JudgedClaim(claim, gateway, Agreement.UNKNOWN, why)
    return JudgedClaim(claim, gateway, Agreement.CONFIRMED, claim.asks)


def _instead(cell: Cell, comparison: Comparison) -> str:
    if cell.verdict is Verdict.FAILED:
        return "a run of it failed"
    titles = [scenario.title for scenario in comparison.instead(cell)]
    return "; ".join(dict.fromkeys(titles)) or cell.why


@dataclass(frozen=True)
class _Ways:
    """The ways of mirroring of one family, by what runs say of a claim."""

    keep: list[str]
    do_not: list[str]
    unknown: list[str]
    alone: list[str]  # those that keep it, with nothing beside the gateway


def _of_ways(claim: Claim, subject: str, comparison: Comparison) -> JudgedClaim:
    cell = claim.claimed[subject]
    ways = _ways(claim, subject, comparison)
    alone = ways.alone if cell.means is Meaning.TOOL else []
    wrong = [name for name in cell.named if name in ways.do_not]
    parts = (
        (alone, f"needs no tool: kept with {{}} and nothing beside {subject}"),
        (wrong, "not kept with {}, which it names"),
        ([name for name in ways.keep if name not in alone], "kept with {}"),
        ([name for name in ways.do_not if name not in wrong], "not kept with {}"),
        (ways.unknown, "not run with {}"),
    )
    because = "; ".join(text.format(_short(names, subject)) for names, text in parts if names)
    agreement = _agreement(cell, ways)
    if ways.unknown and agreement is not Agreement.CONTRADICTED:
        agreement = Agreement.UNKNOWN
    return JudgedClaim(claim, subject, agreement, because or "no run of it")


def _agreement(cell: ClaimedCell, ways: _Ways) -> Agreement:
    contradicted = {
        Meaning.NOBODY: bool(ways.keep),
        Meaning.THESE: any(name in ways.do_not for name in cell.named),
        Meaning.TOOL: bool(ways.alone or (ways.do_not and not ways.keep)),
    }
    known = ways.keep or ways.do_not
    if not known:
        return Agreement.UNKNOWN
    return Agreement.CONTRADICTED if contradicted[cell.means] else Agreement.CONFIRMED


def _ways(claim: Claim, subject: str, comparison: Comparison) -> _Ways:
    found: dict[str, list[Verdict]] = {}
    own = [c for c in comparison.columns if c.family == subject and c.gateway != subject]
    for column in own:
        found.setdefault(column.gateway, []).append(answer(claim, column, comparison).verdict)
    keep = [name for name, each in found.items() if set(each) == {Verdict.KEPT}]
    unknown = [name for name, each in found.items() if not all(v.was_run for v in each)]
    return _Ways(
        keep=keep,
        do_not=[name for name in found if name not in keep and name not in unknown],
        unknown=unknown,
        alone=[name for name in keep if name in {c.gateway for c in own if not c.beside}],
    )


def _short(names: Sequence[str], subject: str) -> str:
    return ", ".join(name.removeprefix(f"{subject} with ").removeprefix("a ") for name in names)
