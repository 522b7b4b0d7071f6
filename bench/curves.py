"""The picture of p99 against the rate: a line for each gateway, both axes logarithmic."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.chart import SETTINGS, svg
from bench.rows import PLAIN

_MARKS = "osD^vP*X<>"


def draw(points: Mapping[str, Sequence[tuple[float, float | None]]]) -> str:
    """Return the picture as SVG; the gateway that all are compared with is dashed."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(9.5, 5.5), layout="constrained")
        axes = figure.add_subplot()
        for number, (name, seen) in enumerate(points.items()):
            answered = [(rate, p99) for rate, p99 in seen if p99 is not None and rate > 0]
            axes.plot(
                [rate for rate, _ in answered],
                [p99 for _, p99 in answered],
                marker=_MARKS[number % len(_MARKS)],
                linestyle="--" if name == PLAIN else "-",
                label=name,
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("requests/s")
        axes.set_ylabel("p99, ms")
        axes.grid(visible=True)
        axes.legend(frameon=False, fontsize=9)
        return svg(figure)
