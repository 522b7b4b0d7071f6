"""The table that this project began with: what it claimed, and what runs say of each claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from comparison.model import Cell, Column, Comparison, Promise, Verdict

HAPROXY = "HAProxy"
PRODUCTION = "production-ready"  # answered by severity, not by a tag


@dataclass(frozen=True)
class Claim:
    """A row of the original table: its id (tag claim.<id>), its title, the claim by column.

    `named` are the HAProxy ways that its HAProxy cell names, () where it names none.
    """

    id: str
    title: str
    claimed: tuple[tuple[str, str], ...]
    named: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """Return what a person asks with it."""
        return _QUESTIONS[self.id]


def _claim(name: str, title: str, *claimed: str, named: tuple[str, ...] = ()) -> Claim:
    columns = ("Envoy", "Nginx", "APISIX", HAPROXY)
    return Claim(name, title, tuple(zip(columns, claimed, strict=True)), named)


_QUESTIONS = {
    "native-mirroring": "mirrors by itself, with nothing beside it",
    "sample-percentage": "mirrors the share that was asked for",
    "request-body": "copies bodies whole, of any size",
    "headers": "keeps the headers",
    "fire-and-forget": "lets no client wait for the shadow",
    PRODUCTION: "keeps every promise whose breach would block its use",
}
_TOOL = "External tool"
CLAIMS = (
    _claim(
        "native-mirroring",
        "Native Mirroring",
        "Yes (async)",
        "Yes (mirror directive)",
        "Yes (proxy-mirror plugin)",
        "No",
    ),
    _claim(
        "sample-percentage",
        "Sample Percentage",
        "Yes (runtime_fraction)",
        "Yes (split_clients)",
        "Yes (sample_ratio)",
        _TOOL,
    ),
    _claim("request-body", "Mirror Request Body", "Yes", "Yes", "Yes", _TOOL),
    _claim("headers", "Mirror Headers", "Yes", "Yes", "Yes", _TOOL),
    _claim("fire-and-forget", "Fire-and-Forget", "Yes", "Yes", "Yes", _TOOL),
    _claim(
        PRODUCTION,
        "Production Ready",
        "Built-in",
        "Built-in",
        "Built-in",
        "SPOE/gor/teeproxy",
        named=("HAProxy with SPOE", "HAProxy with GoReplay", "HAProxy with Teeproxy"),
    ),
)


def promises_of(claim: Claim, comparison: Comparison) -> list[Promise]:
    """Return the promises that answer a claim."""
    if claim.id == PRODUCTION:
        return [each for each in comparison.promises if each.severity == "blocker"]
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
class Judged:
    """A claim of one column of the original, what the runs say, and why in one phrase."""

    claim: Claim
    subject: str
    claimed: str
    agreement: Agreement
    because: str


def judged(comparison: Comparison) -> list[Judged]:
    """Judge every claim of the original by the runs, HAProxy's by all its ways of mirroring."""
    return [
        _of_haproxy(claim, claimed, comparison)
        if subject == HAPROXY
        else _of_gateway(claim, subject, claimed, comparison)
        for claim in CLAIMS
        for subject, claimed in claim.claimed
    ]


def _of_gateway(claim: Claim, gateway: str, claimed: str, comparison: Comparison) -> Judged:
    cells = [answer(claim, c, comparison) for c in comparison.columns if c.gateway == gateway]
    bad = [c for c in cells if c.verdict in (Verdict.LIMIT, Verdict.FAILED)]
    unknown = [c for c in cells if c.verdict is Verdict.NOT_RUN]
    if bad:
        return Judged(claim, gateway, claimed, Agreement.CONTRADICTED, _instead(bad[0], comparison))
    if unknown or not cells:
        why = unknown[0].why if unknown else "no run of it"
        return Judged(claim, gateway, claimed, Agreement.UNKNOWN, why)
    return Judged(claim, gateway, claimed, Agreement.CONFIRMED, claim.question)


def _instead(cell: Cell, comparison: Comparison) -> str:
    if cell.verdict is Verdict.FAILED:
        return "a run of it failed"
    titles = [told.title for told in comparison.instead(cell)]
    return "; ".join(dict.fromkeys(titles)) or cell.why


def _of_haproxy(claim: Claim, claimed: str, comparison: Comparison) -> Judged:
    ways = _ways(claim, comparison)
    keep = [name for name, cells in ways.items() if _all(cells, Verdict.KEPT)]
    unknown = [name for name, cells in ways.items() if any(not c.verdict.was_run for c in cells)]
    do_not = [name for name in ways if name not in keep and name not in unknown]
    alone = _alone(keep, comparison) if claimed == _TOOL else []
    wrong = [name for name in claim.named if name in do_not]
    parts = (
        (alone, "needs no tool: kept with {} and nothing beside HAProxy"),
        (wrong, "not kept with {}, which it names"),
        ([name for name in keep if name not in alone], "kept with {}"),
        ([name for name in do_not if name not in wrong], "not kept with {}"),
        (unknown, "not run with {}"),
    )
    told = "; ".join(text.format(_short(names)) for names, text in parts if names)
    said = _agreement(claim, claimed, keep, do_not, comparison)
    if unknown and said is not Agreement.CONTRADICTED:
        said = Agreement.UNKNOWN
    return Judged(claim, HAPROXY, claimed, said, told or "no run of it")


def _agreement(
    claim: Claim, claimed: str, keep: Sequence[str], do_not: Sequence[str], comparison: Comparison
) -> Agreement:
    if claimed == "No":
        return Agreement.CONTRADICTED if keep else Agreement.CONFIRMED
    if claim.named:
        wrong = [name for name in claim.named if name in do_not]
        return Agreement.CONTRADICTED if wrong else Agreement.CONFIRMED
    if _alone(keep, comparison) or (do_not and not keep):
        return Agreement.CONTRADICTED
    return Agreement.CONFIRMED


def _alone(keep: Sequence[str], comparison: Comparison) -> list[str]:
    """Return the ways among those named that need nothing beside HAProxy."""
    return [
        name for name in keep if name in {c.gateway for c in comparison.columns if not c.beside}
    ]


def _ways(claim: Claim, comparison: Comparison) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for column in comparison.columns:
        if column.gateway.startswith(f"{HAPROXY} "):
            found.setdefault(column.gateway, []).append(answer(claim, column, comparison))
    return found


def _all(cells: Sequence[Cell], verdict: Verdict) -> bool:
    return all(cell.verdict is verdict for cell in cells)


def _short(names: Sequence[str]) -> str:
    return ", ".join(name.removeprefix(f"{HAPROXY} with ").removeprefix("a ") for name in names)
