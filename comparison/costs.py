"""What mirroring costs, where `make bench` has left its figures."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comparison.model import family_of
from comparison.storage import UnreadableError

_LATE = "shadow 500 ms late"
_OVERFULL = 101  # percent of copies: what is above was sent by the load before


@dataclass(frozen=True)
class _Measure:
    """A figure: its column's title, how it is written, and how it reads in a sentence."""

    title: str
    form: Callable[[float], str]


def _percent(value: float) -> str:
    return "≥ 100 %" if value > _OVERFULL else f"{value:.0f} %"


def _share(value: float) -> str:
    return f"{value * 100:.0f} %"


def _milliseconds(value: float) -> str:
    return f"{value:z.1f} ms" if abs(value) < 100 else f"{value:.0f} ms"


def _microseconds(value: float) -> str:
    return f"{value:.0f} µs"


MEASURES: Mapping[str, _Measure] = {
    "speed": _Measure("of the same gateway without mirroring", _share),
    "of_itself": _Measure("of its own unmirrored route", _share),
    "of_plain": _Measure("of {plain}", _share),
    "copies_percent": _Measure("copies that arrived meanwhile", _percent),
    "added_p50_ms": _Measure("added p50", _milliseconds),
    "added_p99_ms": _Measure("added p99", _milliseconds),
    "gateway_us": _Measure("CPU of the gateway a request", _microseconds),
    "tool_us": _Measure("CPU of the tool a request", _microseconds),
    "copy_us": _Measure("CPU a copy", _microseconds),
    "late_copies_percent": _Measure("copies to a late shadow", _percent),
    "late_added_p99_ms": _Measure("added p99, shadow late", _milliseconds),
}


@dataclass(frozen=True)
class Costs:
    """Figures by gateway and name (MEASURES), how they were measured, and at which fixed rate."""

    rows: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    measured: str = ""
    rate: int = 0

    @property
    def known(self) -> list[str]:
        """Return the names of the figures that some gateway has, in the order of the columns."""
        return [key for key in MEASURES if any(key in row for row in self.rows.values())]

    @property
    def titles(self) -> list[str]:
        """Return the columns' titles."""
        plain = next(
            (f"plain {name}" for name, row in self.rows.items() if _is_plain(row)), "plain"
        )
        return [MEASURES[key].title.format(plain=plain) for key in self.known]

    def figure(self, gateway: str, key: str) -> float | None:
        """Return one figure, None where it was not measured."""
        return self.rows.get(gateway, {}).get(key)

    def text(self, gateway: str, key: str) -> str:
        """Return one figure for people."""
        value = self.figure(gateway, key)
        return "—" if value is None else MEASURES[key].form(value)


def read(file: Path) -> Costs:
    """Read the figures, none where there is no file; raises UnreadableError."""
    if not file.exists():
        return Costs()
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        gateways: Mapping[str, Mapping[str, Any]] = document.get("gateways", {})
        if not isinstance(gateways, dict):
            raise TypeError("gateways is no table")
        rows = {name: _figures(name, gateways) for name in gateways}
        return Costs(
            {name: row for name, row in rows.items() if row},
            str(document.get("measured", "")),
            int(document.get("rate", 0)),
        )
    except (OSError, ValueError, AttributeError, TypeError) as reason:
        raise UnreadableError(f"{file}: no figures of make bench: {reason}") from None


def _figures(name: str, gateways: Mapping[str, Mapping[str, Any]]) -> Mapping[str, float]:
    own = gateways[name]
    found: dict[str, float] = {
        key: value for key, value in own.items() if isinstance(value, int | float)
    }
    late = own.get("conditions", {}).get(_LATE, {})
    for key, source in (
        ("late_copies_percent", "fixed_copies_percent"),
        ("late_added_p99_ms", "added_p99_ms"),
    ):
        if source in late:
            found[key] = late[source][1]
    way = family_of(name) != name and family_of(name) in gateways
    # A way of mirroring has its plain gateway to be compared with; its own unmirrored route may
    # meet its tool as well.
    unmirrored = "of_plain" if way else "of_itself"
    if unmirrored in found:
        found["speed"] = found[unmirrored]
    return {**found, **(_per_copy(found) if way else {})}


def _per_copy(row: Mapping[str, float]) -> Mapping[str, float]:
    """Return the CPU that each copy takes beyond the plain gateway, the tool's included."""
    needed = ("gateway_us", "gateway_us_of_plain", "copies_percent")
    if not all(row.get(key) for key in needed):
        return {}
    beyond = row["gateway_us"] * (1 - 1 / row["gateway_us_of_plain"])
    return {"copy_us": (beyond + row.get("tool_us", 0)) / row["copies_percent"] * 100}


def _is_plain(row: Mapping[str, float]) -> bool:
    return row.get("of_plain") == 1 and "copies_percent" not in row
