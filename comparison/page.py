"""The comparison as one HTML page that needs no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from comparison.advice import advise
from comparison.claims import (
    CLAIMS,
    PRODUCTION,
    answer,
    judged,
    mirrors,
    promises_of,
)
from comparison.costs import Costs
from comparison.model import Cell, Comparison, Promise, Verdict
from comparison.view import Shown, View

_HERE = Path(__file__).parent / "template"
_SIGNS = {
    Verdict.KEPT: "✓",
    Verdict.LIMIT: "◐",
    Verdict.FAILED: "✗",
    Verdict.DOES_NOT_APPLY: "—",
    Verdict.NOT_RUN: "?",
}
# What people ask for first, and the row of the original table whose promises answer it.
_PRESETS = {
    "Never touch my clients": "fire-and-forget",
    "Copy whole bodies": "request-body",
    "Keep the headers": "headers",
    "Mirror the share I ask for": "sample-percentage",
    "Ready for production": PRODUCTION,
}


@dataclass(frozen=True)
class Preset:
    """A button that ticks promises."""

    title: str
    promises: tuple[str, ...]


def render(comparison: Comparison, costs: Costs | None) -> str:
    """Return the page."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    view = View(comparison)
    return environment.get_template("page.html").render(
        view=view,
        comparison=comparison,
        costs=costs,
        advice=advise(view),
        claims=CLAIMS,
        judged=judged(comparison),
        presets=_presets(comparison),
        answer=lambda claim, shown: answer(claim, shown.column, comparison),
        sign=_SIGNS.__getitem__,
        data=_data(view),
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        script=(_HERE / "page.js").read_text(encoding="utf-8"),
    )


def _presets(comparison: Comparison) -> list[Preset]:
    claims = {claim.id: claim for claim in CLAIMS}
    found = [
        Preset(title, tuple(each.id for each in promises_of(claims[claim], comparison)))
        for title, claim in _PRESETS.items()
    ]
    return [preset for preset in found if preset.promises]


def _data(view: View) -> Mapping[str, Any]:
    """Return what the filter needs: promises by id, and each gateway's verdicts on them."""
    promises = view.comparison.promises
    return {
        "promises": {promise.id: promise.title for promise in promises},
        "gateways": [
            {
                "name": shown.gateway,
                "versions": shown.versions,
                "not_run": view.why_not_run(shown),
                "mirrors": mirrors(shown.column, view.comparison),
                "beside": list(shown.column.beside),
                "cells": {each.id: _cell(view, each, shown) for each in promises},
            }
            for shown in view.shown
        ],
    }


def _cell(view: View, promise: Promise, shown: Shown) -> Mapping[str, Any]:
    cell: Cell = promise.cell(shown.column)
    limits: Sequence[Mapping[str, str]] = [
        {"title": limit.title, "anchor": limit.anchor} for limit in view.limits_of(promise, shown)
    ]
    return {"verdict": str(cell.verdict), "why": cell.why, "limits": limits}
