"""Cells of older runs that say nothing of today's specification: they are not run, and older."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from comparison.model import Cell, Column, Comparison, Promise, Run, Verdict


def held_against_the_latest(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return comparisons whose cells agree with what the latest run asks, played there or not.

    What that asks otherwise, or of another configuration, is not run, nor what it has played again
    at another commit on the same kind of stack; what it no longer asks is left out where it was a
    whole run.
    """
    latest = max(comparisons, key=_when)
    return [each if each is latest else _held_against(each, latest) for each in comparisons]


def _when(comparison: Comparison) -> str:
    return max(run.started for run in comparison.runs)


def _held_against(comparison: Comparison, latest: Comparison) -> Comparison:
    today = {promise.id: promise for promise in latest.promises}
    now = max(latest.runs, key=lambda run: run.started)
    runs = {run.id: run for run in comparison.runs}
    rows = []
    for promise in comparison.promises:
        row = today.get(promise.id)
        if row is None:
            rows += [] if latest.whole else [promise]
            continue
        cells = {
            column.key: _cell(promise.cell(column), _asked(row, latest, column), runs, now, column)
            for column in comparison.columns
        }
        rows.append(replace(promise, cells=cells))
    return replace(comparison, promises=tuple(rows))


def _asked(row: Promise, latest: Comparison, like: Column) -> tuple[Column, Cell] | None:
    """Return the latest cell of a gateway, of the same version where there is one."""
    found = [(each, row.cell(each)) for each in latest.columns if each.gateway == like.gateway]
    return max(found, key=lambda pair: pair[0].version == like.version, default=None)


def _cell(
    cell: Cell,
    asked: tuple[Column, Cell] | None,
    runs: Mapping[str, Run],
    now: Run,
    column: Column,
) -> Cell:
    if asked is None:
        return cell
    like, expected = asked
    if not cell.verdict.was_run:
        return cell if expected.verdict.was_run else expected
    then = runs[cell.run]
    again = (like.version, now.stack) == (column.version, then.stack)
    if expected.verdict.was_run and again and then.commit != now.commit:
        return Cell(Verdict.NOT_RUN, why="played again since")
    why = next(_changes(cell, expected, then, now, column.gateway), "")
    if not why:
        return cell
    told = f"older: {cell.verdict} on {then.day}, before {why}"
    return Cell(Verdict.NOT_RUN, why=told, older=True)


def _changes(cell: Cell, expected: Cell, then: Run, now: Run, gateway: str) -> Iterator[str]:
    """Yield what has changed since a cell's run; of runs that did not tell, what can be seen."""
    if expected.verdict is Verdict.DOES_NOT_APPLY:
        yield "it ceased to apply"
    known = cell.asked or expected.asked.partition(":")[0]
    seen = cell.asked or f"{cell.of}{' as a limit' if cell.verdict is Verdict.LIMIT else ''}"
    if cell.verdict is Verdict.FAILED and not cell.asked:
        seen = known
    if seen != (expected.asked if cell.asked else known):
        yield "its scenarios changed"
    was, is_now = then.configurations.get(gateway), now.configurations.get(gateway)
    if was and is_now and was != is_now:
        yield "its configuration changed"
