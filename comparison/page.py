"""The comparison as one HTML page that needs no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comparison.claims import CLAIMS, mirrors, promises_of
from comparison.costs import Costs
from comparison.model import Cell, Comparison, Promise
from comparison.rendering import TEMPLATES
from comparison.rendering import render as fill
from comparison.view import ShownGateway, View

# What people ask for first, and the row of the original table whose promises answer it.
_PRESETS = {
    "Never touch my clients": "fire-and-forget",
    "Copy whole bodies": "request-body",
    "Keep the headers": "headers",
    "Mirror the share I ask for": "sample-percentage",
    "Ready for production": "production-ready",
}


@dataclass(frozen=True)
class Preset:
    """A button that ticks promises."""

    title: str
    promises: tuple[str, ...]


def render(comparison: Comparison, costs: Costs) -> str:
    """Return the page."""
    return fill(
        "page.html",
        comparison,
        costs,
        presets=_presets(comparison),
        data=_data(View(comparison)),
        style=(TEMPLATES / "page.css").read_text(encoding="utf-8"),
        script=(TEMPLATES / "page.js").read_text(encoding="utf-8"),
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
                "beside": list(dict.fromkeys(shown.column.beside)),
                "cells": {each.id: _cell(view, each, shown) for each in promises},
            }
            for shown in view.shown
        ],
    }


def _cell(view: View, promise: Promise, shown: ShownGateway) -> Mapping[str, Any]:
    cell: Cell = promise.cell(shown.column)
    limits = [
        {"title": limit.title, "anchor": limit.anchor} for limit in view.limits_of(promise, shown)
    ]
    return {"verdict": str(cell.verdict), "why": cell.why, "limits": limits}
