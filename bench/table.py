"""What was measured, as a table that people read."""

import os
import platform
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple


class Row(NamedTuple):
    """One measurement: requests/s, 99th percentile in ms, CPU in us per request, copies in %."""

    gateway: str
    condition: str
    rate: float
    worst: float
    front: float
    tool: float
    copies: float
    errors: int


_HEAD = (
    "gateway",
    "requests/s",
    "of plain",
    "p99 ms",
    "HAProxy µs",
    "tool µs",
    "copies %",
    "errors",
)


def render(rows: Sequence[Row], seconds: int, rounds: int) -> str:
    """Return Markdown: a table for each condition, medians with the spread of all rounds."""
    lines = [
        "# What mirroring costs",
        "",
        f"Made by `make bench`: {rounds} rounds of {seconds} s a cell, as many GET requests as 32",
        f"connections of wrk can send, everything on the same {os.cpu_count()} cores",
        f"({platform.machine()}, {platform.system()}). Cells",
        "are medians, with least and most in brackets. `of plain` compares with plain HAProxy of",
        "the same round. µs are CPU time per request, of HAProxy and of the tool beside it. Under",
        "this load a machine is full, so `copies %` shows what a way loses when it is overrun; the",
        "specification shows that none is lost below that.",
    ]
    for condition in dict.fromkeys(row.condition for row in rows):
        chosen = [row for row in rows if row.condition == condition]
        lines += ["", f"## {condition.capitalize()}", "", *_table(rows, chosen)]
    return "\n".join(lines) + "\n"


def _table(everything: Sequence[Row], rows: Sequence[Row]) -> Iterable[str]:
    yield "| " + " | ".join(_HEAD) + " |"
    yield "| --- |" + " ---: |" * (len(_HEAD) - 1)
    plain = [row.rate for row in everything if row.gateway == "HAProxy"]
    own = [row.rate for row in rows if row.gateway == "HAProxy"] or plain
    for gateway in dict.fromkeys(row.gateway for row in rows):
        mine = [row for row in rows if row.gateway == gateway]
        ratios = [row.rate / base for row, base in zip(mine, own, strict=False)]
        cells = [
            gateway,
            _spread([row.rate for row in mine], 0),
            _spread(ratios, 2),
            _spread([row.worst for row in mine], 1),
            _spread([row.front for row in mine], 0),
            _spread([row.tool for row in mine], 0),
            _spread([row.copies for row in mine], 0),
            str(sum(row.errors for row in mine)),
        ]
        yield "| " + " | ".join(cells) + " |"


def _spread(values: Sequence[float], digits: int) -> str:
    low, middle, high = min(values), median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"
