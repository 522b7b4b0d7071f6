"""What the HTML page and the Markdown documents are rendered with: one context, two syntaxes."""

import os.path
from pathlib import Path
from typing import TYPE_CHECKING

from comparison import age
from comparison.advice import advise
from comparison.advice_model import Link, anchor
from comparison.claims import CLAIMS, Agreement, answer, judged
from comparison.costs import Costs
from comparison.model import SEVERITIES, Comparison, Run, Verdict
from comparison.view import View

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
_SIGNS = {
    Verdict.KEPT: "✓",
    Verdict.LIMIT: "◐",
    Verdict.FAILED: "✗",
    Verdict.DOES_NOT_APPLY: "—",
    Verdict.NOT_RUN: "?",
}


def render(template: str, comparison: Comparison, costs: Costs, **more: object) -> str:
    """Return a template filled with a comparison; names that end in .html are escaped."""
    view = View(comparison)
    return (
        _environment()
        .get_template(template)
        .render(
            view=view,
            comparison=comparison,
            costs=costs,
            advice=advise(view, costs),
            claims=CLAIMS,
            judged=judged(comparison),
            contradicted=[
                each for each in judged(comparison) if each.agreement is Agreement.CONTRADICTED
            ],
            answer=lambda claim, shown: answer(claim, shown.column, comparison),
            sign=_SIGNS.__getitem__,
            blocker=SEVERITIES[0],
            runs=_runs(comparison),
            **more,
        )
    )


def _environment() -> "Environment":
    from jinja2 import (  # noqa: PLC0415 - it takes a tenth of a second
        Environment,
        FileSystemLoader,
        StrictUndefined,
    )

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: bool(name and name.endswith(".html")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"cell": _cell, "href": _href, "anchor": anchor, "age": age.told}
    return environment


def _cell(text: str) -> str:
    """Return text for a cell of a Markdown table; a line break is the only element it may have."""
    quoted = text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
    return quoted.replace("&lt;br>", "<br>")


def _href(link: Link, base: str) -> str:
    """Return a link's file as seen from a directory of this project."""
    line = f"#L{link.line}" if link.line else ""
    return os.path.relpath(link.file, base) + line


def _runs(comparison: Comparison) -> list[tuple[Run, list[str]]]:
    """Return each run with the programs that cells of it stand for."""
    return [(run, _programs(comparison, run)) for run in comparison.runs]


def _programs(comparison: Comparison, run: Run) -> list[str]:
    found = [
        f"{name} {version}"
        for column in comparison.columns
        if any(cell.run == run.id for _, cell in comparison.cells(column))
        for name, version in column.programs
        if version
    ]
    return list(dict.fromkeys(found))
