"""The chart of what mirroring costs: throughput and added latency, by condition and gateway.

It is one SVG that is read on light and on dark pages: its colours follow the reader's setting.
"""

import io
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from bench.figures import CostFigures, Spread
from bench.loads import RATE
from bench.rows import PLAIN

_PAPER, _INK, _FAINT = "#ffffff", "#1f2328", "#d1d9e0"
_PLAIN_BAR, _SELF_BAR, _LATENCY_BAR = "#0a69da", "#80b4ee", "#bf5b04"
_LEGEND = {
    _PLAIN_BAR: f"requests/s, of plain {PLAIN}",
    _SELF_BAR: "requests/s, of its own unmirrored route",
    _LATENCY_BAR: "ms added to that route's p99",
}
_DARK = {
    _PAPER: "#0d1117",
    _INK: "#e6edf3",
    _FAINT: "#30363d",
    _PLAIN_BAR: "#4493f8",
    _SELF_BAR: "#264f86",
    _LATENCY_BAR: "#e8893a",
}
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "cost",  # the same figures give the same file
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _FAINT,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _FAINT,
    "figure.facecolor": _PAPER,
    "axes.facecolor": _PAPER,
}
_WIDTH, _PER_BAR, _PER_CONDITION, _AROUND = 9.5, 0.32, 0.75, 1.1  # inches
_MOST = 1.18  # where the axis of ratios ends, but for the last figure
_STEPS = (0.0, 1.0, 10.0, 100.0, 1000.0)  # ms: even up to the second, then tenfold each


def draw(figures: Sequence[CostFigures]) -> str:
    """Return the chart as SVG: a row for each condition, bars with the spread of all rounds."""
    rows = [
        (condition, [each for each in figures if _bars(each, condition)])
        for condition in dict.fromkeys(each.condition for each in figures)
    ]
    rows = [(condition, chosen) for condition, chosen in rows if chosen]
    heights = [len(chosen) * _PER_BAR + _PER_CONDITION for _, chosen in rows]
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(_WIDTH, sum(heights) + _AROUND), layout="constrained")
        panels = figure.subplots(
            len(rows), 2, squeeze=False, gridspec_kw={"height_ratios": heights}
        )
        for (left, right), (condition, chosen) in zip(panels, rows, strict=True):
            _throughput(left, condition, chosen)
            _latency(right, chosen)
        bars = [Patch(color=colour, label=label) for colour, label in _LEGEND.items()]
        figure.legend(handles=bars, loc="outside upper left", ncols=len(bars), frameon=False)
        panels[-1][0].set_xlabel("requests/s under full load, as a ratio (1 = costs nothing)")
        panels[-1][1].set_xlabel(f"p99 added at {RATE:,} requests/s, ms")
        return svg(figure)


def _bars(each: CostFigures, condition: str) -> bool:
    return each.condition == condition and each.gateway != PLAIN


def _throughput(axes: Axes, condition: str, chosen: Sequence[CostFigures]) -> None:
    axes.set_title(condition.capitalize(), loc="left")
    for place, each in enumerate(chosen):
        _bar(axes, place - 0.19, each.of_plain, _PLAIN_BAR)
        _bar(axes, place + 0.19, each.of_itself, _SELF_BAR)
    _name(axes, [each.gateway for each in chosen])
    axes.set_xlim(0, _MOST + 0.12)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.axvline(1, color=_INK, linewidth=0.8, linestyle=(0, (4, 3)))


def _bar(axes: Axes, place: float, value: Spread | None, colour: str) -> None:
    if value is None:
        _say(axes, 0.01, place, "-")
        return
    axes.barh(place, value.middle, height=0.36, color=colour)
    _whisker(axes, place, value, value.low, value.high)
    _say(axes, min(value.high, _MOST) + 0.02, place, f"{value.middle:.2f}")


def _latency(axes: Axes, chosen: Sequence[CostFigures]) -> None:
    for place, each in enumerate(chosen):
        value = each.added_p99_ms
        if value is None:
            _say(axes, 0.04, place, "nothing was answered")
            continue
        low, middle, high = (_scaled(number) for number in value)
        axes.barh(place, middle, height=0.5, color=_LATENCY_BAR)
        _whisker(axes, place, value, low, high)
        digits = 2 if value.middle < 10 else 0
        _say(axes, high + 0.06, place, f"{round(value.middle, 2) + 0.0:.{digits}f}")
    _name(axes, [])
    axes.set_xlim(0, _scaled(_STEPS[-1]) + 0.4)
    axes.set_xticks([_scaled(step) for step in _STEPS], [f"{step:g}" for step in _STEPS])


def _scaled(milliseconds: float) -> float:
    """Return where a time stands on an axis whose marks are _STEPS; below 0 is 0."""
    for place, (low, high) in enumerate(pairwise(_STEPS)):
        if milliseconds <= high:
            return place + max(0.0, milliseconds - low) / (high - low)
    return len(_STEPS) - 1.0


def _whisker(axes: Axes, place: float, value: Spread, low: float, high: float) -> None:
    if value.low != value.high:
        axes.plot([low, high], [place, place], color=_INK, linewidth=1.2, solid_capstyle="butt")


def _say(axes: Axes, x: float, y: float, text: str) -> None:
    behind = {"facecolor": _PAPER, "edgecolor": "none", "pad": 0.6}
    axes.text(x, y, text, va="center", fontsize=8, bbox=behind)


def _name(axes: Axes, gateways: Sequence[str]) -> None:
    axes.set_yticks(range(len(gateways)), gateways)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def svg(figure: Figure) -> str:
    """Return a figure as SVG whose colours follow the reader's setting."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    rules = "".join(
        f'[style*="{what}: {light}"]{{{what}:{dark}!important}}'
        for light, dark in _DARK.items()
        for what in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>"
    head, start, rest = text.getvalue().partition(" <defs>")
    return f"{head} {style}\n{start}{rest}"
