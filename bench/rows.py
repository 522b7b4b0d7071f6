"""What was measured, as it was seen: one row for each load that a gateway got."""

from collections.abc import Iterable
from typing import NamedTuple

from bench.loads import Load
from features.support.gateways.catalogue import CATALOGUE

MIRRORED, UNMIRRORED = "v1", "v3"
FULL, FIXED = "as much as can be answered", "fixed rate"
WELL, LATE, DEAD = "shadow well", "shadow 500 ms late", "shadow dead"
FROZEN, TOOL_DEAD = "tool frozen", "tool dead"
# The gateway that all others are compared with: the one that mirrors nothing.
PLAIN = next(name for name, gateway in CATALOGUE.items() if not gateway.mirrors)
BESIDE = f"plain {PLAIN} beside it"  # the same load on it, within seconds


class LoadCell(NamedTuple):
    """What was loaded: in which round, under which condition, which route and how."""

    round: int
    gateway: str
    condition: str
    route: str
    load: str


class Row(NamedTuple):
    """What clients saw, CPU seconds that gateway and tool used, what primary and shadow got.

    `tool` is None where the gateway has none, `copies` where there is no shadow to count them.
    """

    cell: LoadCell
    seen: Load
    front: float
    tool: float | None
    requests: int
    copies: int | None

    def micros(self, seconds: float | None) -> float | None:
        """Return CPU time as microseconds per answered request, None where none was answered."""
        if seconds is None or not self.seen.answered:
            return None
        return seconds / self.seen.answered * 1e6

    def share(self) -> float | None:
        """Return copies per request that the primary got in percent, None where there are none."""
        if self.copies is None or not self.requests:
            return None
        return self.copies / self.requests * 100


def index(rows: Iterable[Row]) -> dict[LoadCell, Row]:
    """Return the rows by what was loaded."""
    return {row.cell: row for row in rows}
