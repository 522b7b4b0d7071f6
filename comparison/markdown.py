"""The comparison as Markdown: a document of its own, and a block for README."""

from collections.abc import Iterable, Sequence

from comparison.advice import advise
from comparison.claims import CLAIMS, Agreement, Judged, answer, judged
from comparison.costs import Costs
from comparison.model import Comparison, Promise, Verdict
from comparison.view import Shown, View

BEGIN, END = "<!-- comparison: begin -->", "<!-- comparison: end -->"
_SIGNS = {
    Verdict.KEPT: "✓ kept",
    Verdict.LIMIT: "◐ limit",
    Verdict.FAILED: "✗ FAILED",
    Verdict.DOES_NOT_APPLY: "— does not apply",
    Verdict.NOT_RUN: "? not run",
}
_LEGEND = (
    "*kept*: every scenario of the promise passed. *limit*: the promise is not kept, and the "
    "scenario that is linked proves what happens instead. *FAILED*: a scenario failed, or could "
    "not be found out. *does not apply* and *not run* say why. No cell says more than was run."
)


def render(comparison: Comparison, costs: Costs | None) -> str:
    """Return the whole document, for a file in docs/."""
    view = View(comparison)
    parts = [
        "# Which gateway keeps which promise",
        "Made from runs of the specification; edit the features, not this file.",
        _LEGEND,
        *_warnings(comparison),
        "## In short",
        *_advice(view),
        "## What the original table claimed",
        "HAProxy is judged by all its ways of mirroring.",
        _claims(judged(comparison)),
        "## The six rows of the original, for every gateway",
        _claim_rows(view),
        *_not_run(view),
    ]
    for feature, promises in comparison.groups().items():
        parts += [f"## {feature}", _group(view, promises)]
    parts += [*_costs(costs), "## The runs", _runs(comparison)]
    return "\n\n".join(parts) + "\n"


def block(comparison: Comparison, costs: Costs | None) -> str:
    """Return what stands in README between the two comments, with them."""
    view = View(comparison)
    costs = costs.brief if costs else None
    heads = ["gateway", "version", *(claim.title for claim in CLAIMS), "promises kept"]
    added = costs.rows if costs else {}
    heads += list(costs.titles) if costs else []
    rows = []
    for shown in view.shown:
        cells = [answer(claim, shown.column, comparison) for claim in CLAIMS]
        figures = added.get(shown.gateway, ("—",) * len(costs.titles)) if costs else ()
        program = shown.column.programs[0][0] if shown.column.programs else ""
        rows.append(
            [
                shown.gateway,
                shown.versions.removeprefix(f"{program} ") or "—",
                *(_SIGNS[cell.verdict] for cell in cells),
                view.tally(shown).phrase,
                *figures,
            ]
        )
    parts = [BEGIN, _table(heads, rows), *_not_run(view), *_corrections(comparison), END]
    return "\n\n".join(parts)


def with_block(text: str, new: str) -> str:
    """Return README's text with its block replaced; raises ValueError when it has no block."""
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"README.md has no {BEGIN} followed by {END}")
    return before + new + after


def _warnings(comparison: Comparison) -> list[str]:
    told = []
    if not comparison.whole:
        told.append("**Not every promise was part of these runs**, so some cells are not run.")
    if comparison.conflicts:
        lines = "\n".join(f"- {each}" for each in comparison.conflicts)
        told.append(f"**Runs disagree**; the worse verdict is shown:\n\n{lines}")
    return told


def _advice(view: View) -> list[str]:
    texts = []
    for advice in advise(view):
        texts.append(f"**{advice.case}**: {advice.text}")
        texts += ["\n".join(f"- {point}" for point in advice.points)] if advice.points else []
    return texts


def _claims(found: Sequence[Judged]) -> str:
    subjects = list(dict.fromkeys(each.subject for each in found))
    rows = []
    for claim in CLAIMS:
        own = {each.subject: each for each in found if each.claim.id == claim.id}
        rows.append([f"**{claim.title}**", *(_claimed(own[name]) for name in subjects)])
    return _table(["claim", *subjects], rows)


def _claimed(each: Judged) -> str:
    said = f"**{each.agreement}**" if each.agreement is Agreement.CONTRADICTED else each.agreement
    return f"“{each.claimed}”: {said}: {each.because}"


def _claim_rows(view: View) -> str:
    def text(shown: Shown, number: int) -> str:
        cell = answer(CLAIMS[number], shown.column, view.comparison)
        return _SIGNS[cell.verdict] + (f": {cell.why}" if view.needs_why(cell, shown) else "")

    rows = [
        [f"{claim.title}: {claim.question}", *(text(shown, n) for shown in view.shown)]
        for n, claim in enumerate(CLAIMS)
    ]
    return _table(["", *_heads(view)], rows)


def _group(view: View, promises: Sequence[Promise]) -> str:
    rows = [
        [_promise(each), *(_cell(view, each, shown) for shown in view.shown)] for each in promises
    ]
    return _table(["promise", *_heads(view)], rows)


def _promise(promise: Promise) -> str:
    cases = f"<br>…: {'; '.join(promise.cases)}" if promise.cases else ""
    return f"{promise.title} ({promise.severity}){cases}"


def _heads(view: View) -> list[str]:
    return [
        f"{each.gateway}<br>{each.versions}" if each.versions else each.gateway
        for each in view.shown
    ]


def _cell(view: View, promise: Promise, shown: Shown) -> str:
    cell = promise.cell(shown.column)
    sign = _SIGNS[cell.verdict]
    told = {
        limit.title: dict(limit.told)[shown.gateway] for limit in view.limits_of(promise, shown)
    }
    told |= {each.title: each for each in view.failures_of(promise, shown)}
    if told:
        links = (f"[{title}](../{t.file}#L{t.line})" for title, t in told.items())
        return f"{sign}: {'; '.join(links)}"
    return sign + (f": {cell.why}" if view.needs_why(cell, shown) else "")


def _not_run(view: View) -> list[str]:
    lines = [
        f"- {each.name} was not run: {view.why_not_run(each)}"
        for each in view.shown
        if view.why_not_run(each)
    ]
    return ["\n".join(lines)] if lines else []


def _corrections(comparison: Comparison) -> list[str]:
    wrong = [each for each in judged(comparison) if each.agreement is Agreement.CONTRADICTED]
    if not wrong:
        return []
    lines = [
        f"- {each.claim.title}, {each.subject}: “{each.claimed}”. Run: {each.because}."
        for each in wrong
    ]
    return ["What this project's first description claimed and runs contradict:", "\n".join(lines)]


def _costs(costs: Costs | None) -> list[str]:
    if costs is None:
        return []
    rows = [[name, *figures] for name, figures in costs.rows.items()]
    measured = f"Measured {costs.measured}; details" if costs.measured else "Details"
    return [
        "## What it costs",
        _table(["gateway", *costs.titles], rows),
        f"{measured}: [cost.md](cost.md).",
    ]


def _runs(comparison: Comparison) -> str:
    rows = [
        [
            each.started,
            each.stack,
            each.machine,
            f"{each.seconds} s",
            "all promises" if each.whole else f"a part: {each.selection or 'it ended early'}",
            ", ".join(_ran(comparison, each.id)) or "—",
        ]
        for each in comparison.runs
    ]
    return _table(["started", "stack", "machine", "took", "played", "what ran"], rows)


def _ran(comparison: Comparison, run: str) -> Iterable[str]:
    """Return the programs that cells of a run stand for."""
    found: dict[str, None] = {}
    for column in comparison.columns:
        if any(cell.run == run for _, cell in comparison.cells(column)):
            found |= dict.fromkeys(
                f"{name} {version}" for name, version in column.programs if version
            )
    return found


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [list(map(_escape, row)) for row in (heads, ["---"] * len(heads), *rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escape(text: str) -> str:
    """Return text for a cell; a line break is the only element that may stand in one."""
    quoted = text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
    return quoted.replace("&lt;br>", "<br>")
