"""What mirroring costs, where `make bench` has left its figures."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comparison.storage import UnreadableError

_COLUMNS = {
    "of_plain": ("throughput of plain", "{:.0%}"),
    "added_p50_ms": ("added p50", "{:z.2f} ms"),
    "added_p99_ms": ("added p99", "{:z.1f} ms"),
    "cpu_us": ("CPU a request", "{:.0f} µs"),
    "gateway_us": ("CPU of the gateway", "{:.0f} µs"),
    "tool_us": ("CPU of what runs beside it", "{:.0f} µs"),
}
_BRIEF = tuple(_COLUMNS[key][0] for key in ("of_plain", "added_p99_ms"))


@dataclass(frozen=True)
class Costs:
    """Titles of the figures that are known, rows of texts by gateway, and how it was measured."""

    titles: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]
    measured: str

    @property
    def brief(self) -> "Costs":
        """Return the few figures that a table with little room shows."""
        places = [n for n, title in enumerate(self.titles) if title in _BRIEF]
        rows = {name: tuple(row[n] for n in places) for name, row in self.rows.items()}
        return Costs(tuple(self.titles[n] for n in places), rows, self.measured)


def read(file: Path) -> Costs | None:
    """Read the figures, None where there are none; raises UnreadableError."""
    if not file.exists():
        return None
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        return _costs(document)
    except (OSError, ValueError, AttributeError, TypeError) as reason:
        raise UnreadableError(f"{file}: no figures of make bench: {reason}") from None


def _costs(document: Mapping[str, Any]) -> Costs | None:
    gateways: Mapping[str, Mapping[str, Any]] = document.get("gateways", {})
    known = [key for key in _COLUMNS if any(key in figures for figures in gateways.values())]
    if not known:
        return None
    rows = {
        name: tuple(_text(key, figures.get(key)) for key in known)
        for name, figures in gateways.items()
    }
    return Costs(tuple(_COLUMNS[key][0] for key in known), rows, str(document.get("measured", "")))


def _text(key: str, value: Any) -> str:
    return _COLUMNS[key][1].format(value) if isinstance(value, int | float) else "—"
