"""Several comparisons as one: other machines and versions are columns beside each other."""

from collections.abc import Sequence
from dataclasses import replace

from comparison.model import Cell, Column, Comparison, Promise, Verdict

# What has more behind it wins: a run over none, and of two runs the one with the worse news.
_WEIGHT = (
    Verdict.NOT_RUN,
    Verdict.DOES_NOT_APPLY,
    Verdict.KEPT,
    Verdict.LIMIT,
    Verdict.FAILED,
)


def merge(comparisons: Sequence[Comparison]) -> Comparison:
    """Merge comparisons of one project; the rows are those of the latest run and what it lacks."""
    if len(comparisons) == 1:
        return comparisons[0]
    by_age = sorted(comparisons, key=lambda each: max(run.started for run in each.runs))
    latest_first = list(reversed(by_age))
    columns = _columns(comparisons, latest_first)
    conflicts = list(dict.fromkeys(told for each in by_age for told in each.conflicts))
    rows = []
    for promise in _rows(latest_first):
        merged = {c.key: _cell(promise.id, c, latest_first, conflicts) for c in columns}
        rows.append(replace(promise, cells=merged))
    runs = {run.id: run for each in by_age for run in each.runs}
    used = {key for row in rows for cell in row.cells.values() for key in cell.instead}
    scenarios = {key: ref for each in by_age for key, ref in each.scenarios.items()}
    return Comparison(
        runs=tuple(sorted(runs.values(), key=lambda run: run.id)),
        columns=tuple(columns),
        promises=tuple(rows),
        scenarios={key: ref for key, ref in scenarios.items() if key in used},
        conflicts=tuple(conflicts),
    )


def _columns(given: Sequence[Comparison], latest_first: Sequence[Comparison]) -> list[Column]:
    """Return every column once, gateways in the order of the latest run, versions ascending.

    A column without any run behind it is left out where another one shows the gateway.
    """
    found = {column.key: column for each in given for column in each.columns}
    ran = {
        column.key
        for each in given
        for column in each.columns
        if any(cell.verdict.was_run for _, cell in each.cells(column))
    }
    shown = {column.gateway for key, column in found.items() if key in ran}
    silent: dict[str, Column] = {}
    for column in (c for each in latest_first for c in each.columns):
        if column.gateway not in shown:
            silent.setdefault(column.gateway, column)
    chosen = [*(column for key, column in found.items() if key in ran), *silent.values()]
    order = list(dict.fromkeys(c.gateway for each in latest_first for c in each.columns))
    return sorted(chosen, key=lambda each: (order.index(each.gateway), _number(each.version)))


def _number(version: str) -> tuple[tuple[int, str], ...]:
    """Return a version so that 3.10 comes after 3.2."""
    parts = version.replace("-", ".").split(".")
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def _rows(latest_first: Sequence[Comparison]) -> list[Promise]:
    found: dict[str, Promise] = {}
    for comparison in latest_first:
        for promise in comparison.promises:
            found.setdefault(promise.id, promise)
    order = list(dict.fromkeys(promise.feature for promise in found.values()))
    return sorted(found.values(), key=lambda each: order.index(each.feature))


def _cell(
    promise: str, column: Column, latest_first: Sequence[Comparison], conflicts: list[str]
) -> Cell:
    cells = []
    for comparison in latest_first:
        row = next((each for each in comparison.promises if each.id == promise), None)
        known = {each.key: each for each in comparison.columns}
        own = known.get(column.key) or next(
            (each for each in comparison.columns if each.gateway == column.gateway), None
        )
        if row and own and (own.key == column.key or not row.cell(own).verdict.was_run):
            cells.append(row.cell(own))
    if not cells:
        return Cell(Verdict.NOT_RUN, why="not part of any run")
    said = {cell.verdict: cell.run for cell in reversed(cells) if cell.verdict.was_run}
    if len(said) > 1:
        told = ", ".join(f"{verdict} in {run}" for verdict, run in sorted(said.items()))
        conflict = f"{column.key}: {promise}: {told}"
        conflicts.extend([conflict] if conflict not in conflicts else [])
    return max(cells, key=lambda c: (_WEIGHT.index(c.verdict), c.older))
