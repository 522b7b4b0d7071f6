"""The comparison as JSON: stable, one cell a line, so that a change can be read in a diff."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from comparison.model import (
    Cell,
    Column,
    Comparison,
    Promise,
    Run,
    ScenarioRef,
    Verdict,
)

SCHEMA = 1
_SPREAD = 3  # how deep values are spread over lines; what is deeper stands on one


class UnreadableError(Exception):
    """A file is no comparison that can be read; the message is one line."""


def dump(comparison: Comparison) -> str:
    """Return a comparison as JSON."""
    return "".join(_lines(_document(comparison), 0)) + "\n"


def load(file: Path) -> Comparison:
    """Read a comparison; raises UnreadableError."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as reason:
        raise UnreadableError(f"{file}: {reason.strerror}") from None
    except ValueError as reason:
        raise UnreadableError(f"{file}: not JSON: {reason}") from None
    if not isinstance(document, dict) or "comparison" not in document:
        raise UnreadableError(f"{file}: JSON, but not a comparison of this project")
    version = document["comparison"]
    if version != SCHEMA:
        raise UnreadableError(
            f"{file}: comparison of schema {version!r}, this program reads schema {SCHEMA}: "
            "play the specification again"
        )
    try:
        return _comparison(document)
    except (KeyError, TypeError, ValueError, AttributeError) as reason:
        what = f"{type(reason).__name__}: {reason}"
        raise UnreadableError(f"{file}: a damaged comparison ({what})") from None


def _document(comparison: Comparison) -> dict[str, Any]:
    return {
        "comparison": SCHEMA,
        "runs": [_run(run) for run in comparison.runs],
        "columns": [
            {"gateway": column.gateway, "programs": dict(column.programs)}
            for column in comparison.columns
        ],
        "promises": [_promise(each, comparison) for each in comparison.promises],
        "scenarios": {
            key: {name: value for name, value in vars(scenario).items() if value}
            for key, scenario in sorted(comparison.scenarios.items())
        },
        "conflicts": list(comparison.conflicts),
    }


def _run(run: Run) -> dict[str, Any]:
    listed = {"played": dict(run.played), "configurations": dict(run.configurations)}
    known = {name: value for name, value in vars(run).items() if name not in listed}
    return {**known, **{name: value for name, value in listed.items() if value}}


def _promise(promise: Promise, comparison: Comparison) -> dict[str, Any]:
    known = {name: value for name, value in vars(promise).items() if name != "cells"}
    numbers = {run.id: number for number, run in enumerate(comparison.runs, 1)}
    cells = {c.key: _cell(promise.cell(c), numbers) for c in comparison.columns}
    return {**known, "cells": cells}


def _cell(cell: Cell, numbers: Mapping[str, int]) -> dict[str, Any]:
    """Return a cell that names its run by number, so that another run does not change them all."""
    known = {name: value for name, value in vars(cell).items() if value}
    run = {"run": numbers[cell.run]} if cell.run else {}
    return {**known, **run, "verdict": str(cell.verdict)}


def _lines(value: Any, depth: int) -> Iterator[str]:
    """Yield JSON in pieces: indented down to a depth, then compact."""
    spread = depth <= _SPREAD and value and isinstance(value, dict | list)
    if not spread or all(not isinstance(each, dict | list | tuple) for each in _values(value)):
        yield json.dumps(value, ensure_ascii=False)
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    keys = list(value) if isinstance(value, dict) else [None] * len(value)
    yield opening
    for number, (key, each) in enumerate(zip(keys, _values(value), strict=True)):
        yield ("," if number else "") + "\n" + " " * (depth + 1)
        if key is not None:
            yield f"{json.dumps(key, ensure_ascii=False)}: "
        yield from _lines(each, depth + 1)
    yield "\n" + " " * depth + closing


def _values(value: Any) -> list[Any]:
    return list(value.values() if isinstance(value, dict) else value)


def _comparison(document: Mapping[str, Any]) -> Comparison:
    runs = tuple(Run(**each) for each in document["runs"])
    ids = {number: run.id for number, run in enumerate(runs, 1)}
    return Comparison(
        runs=runs,
        columns=tuple(
            Column(each["gateway"], tuple(each["programs"].items())) for each in document["columns"]
        ),
        promises=tuple(_read_promise(each, ids) for each in document["promises"]),
        scenarios={
            key: ScenarioRef(**{**each, "steps": tuple(each["steps"])})
            for key, each in document["scenarios"].items()
        },
        conflicts=tuple(document["conflicts"]),
    )


def _read_promise(values: Mapping[str, Any], ids: Mapping[int, str]) -> Promise:
    cells = {
        key: Cell(
            **{
                **cell,
                "verdict": Verdict(cell["verdict"]),
                "run": ids[cell["run"]] if "run" in cell else "",
                "instead": tuple(cell.get("instead", ())),
            }
        )
        for key, cell in values["cells"].items()
    }
    lists = {name: tuple(values[name]) for name in ("claims", "cases")}
    return Promise(**{**values, **lists, "cells": cells})
