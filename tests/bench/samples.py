"""Rows for tests: what two rounds could have seen."""

from bench.loads import Load
from bench.rows import FIXED, FROZEN, FULL, MIRRORED, PLAIN, UNMIRRORED, WELL, LoadCell, Row
from bench.table import BenchRun

LUA, SPOE = "HAProxy with Lua", "HAProxy with SPOE"
RUN = BenchRun(
    "2026-01-02", "2 cores", 2, 2, 7.4, 0.1, {LUA: "HAProxy 2.8.25"}, {"APISIX": "no image"}
)


def full(number: int, gateway: str, route: str, rate: float, condition: str = WELL) -> Row:
    """Return what a load under full load saw: a second of it, 20 us of CPU a request."""
    cell = LoadCell(number, gateway, condition, route, FULL)
    seen = Load(int(rate), rate, 0.5, 2.0, 0)
    tool = rate * 30e-6 if gateway == SPOE else None
    return Row(cell, seen, rate * 20e-6, tool, int(rate), int(rate))


def fixed(number: int, gateway: str, route: str, p99: float, copies: int = 2000) -> Row:
    """Return what a second at the fixed rate saw."""
    cell = LoadCell(number, gateway, WELL, route, FIXED)
    return Row(cell, Load(2000, 2000.0, 0.2, p99, 1), 0.1, None, 2000, copies)


def nothing(number: int, gateway: str, condition: str) -> Row:
    """Return what is seen where no client is answered."""
    cell = LoadCell(number, gateway, condition, MIRRORED, FULL)
    return Row(cell, Load(0, 0.0, None, None, 7), 0.1, 0.0, 0, 0)


def rows() -> list[Row]:
    """Return two rounds of three gateways, of which the last answers nobody with a frozen tool."""
    seen = []
    for number, faster in ((0, 1.0), (1, 2.0)):
        for gateway, rate in ((PLAIN, 1000.0), (LUA, 400.0 + 100 * number), (SPOE, 450.0)):
            seen += [
                full(number, gateway, UNMIRRORED, 1000 * faster),
                full(number, gateway, MIRRORED, rate * faster),
                fixed(number, gateway, UNMIRRORED, 1.0),
                fixed(number, gateway, MIRRORED, 1.0 if gateway == PLAIN else 1.5 + number),
            ]
        seen.append(nothing(number, SPOE, FROZEN))
    return seen
