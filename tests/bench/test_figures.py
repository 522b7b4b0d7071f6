"""Gateways are compared within a round, with plain HAProxy and with themselves."""

from bench.figures import CostFigures, Spread, of, summarise
from bench.rows import BESIDE, DEAD, FROZEN, MIRRORED, UNMIRRORED, WELL
from tests.bench.samples import LUA, SPOE, full, rows


def _of(gateway: str, condition: str) -> CostFigures:
    found = of(summarise(rows()), gateway, condition)
    assert found is not None
    return found


def test_ratios_are_made_within_a_round() -> None:
    lua = _of(LUA, WELL)
    assert lua.rate == Spread(400, 700, 1000)
    assert lua.of_plain == Spread(0.4, 0.45, 0.5)
    assert lua.of_itself == Spread(0.4, 0.45, 0.5)


def test_plain_haproxy_beside_a_gateway_is_what_it_is_compared_with() -> None:
    beside = [full(number, LUA, BESIDE, 500) for number in (0, 1)]
    lua = of(summarise([*rows(), *beside]), LUA, WELL)
    assert lua is not None
    assert lua.of_plain == Spread(0.8, 1.4, 2.0)
    assert lua.of_itself == Spread(0.4, 0.45, 0.5)


def test_latency_is_compared_with_the_route_that_is_not_mirrored() -> None:
    lua = _of(LUA, WELL)
    assert lua.added_p99_ms == Spread(0.5, 1.0, 1.5)
    assert lua.added_p50_ms == Spread(0, 0, 0)
    assert lua.fixed_p99_of_plain == Spread(1.5, 2.0, 2.5)
    assert lua.fixed_errors == 2


def test_cpu_is_told_per_request_and_only_of_a_tool_there_is() -> None:
    gateway, tool = _of(SPOE, WELL).gateway_us, _of(SPOE, WELL).tool_us
    assert gateway is not None
    assert tool is not None
    assert (round(gateway.middle), round(tool.middle)) == (20, 30)
    assert _of(LUA, WELL).tool_us is None


def test_where_nothing_was_answered_there_is_no_latency_and_no_cpu() -> None:
    frozen = _of(SPOE, FROZEN)
    assert frozen.rate == Spread(0, 0, 0)
    assert frozen.of_plain == Spread(0, 0, 0)
    assert frozen.p99_ms is None
    assert frozen.gateway_us is None
    assert frozen.copies_percent is None
    assert frozen.errors == 14


def test_a_route_that_was_loaded_anew_is_what_is_compared_with() -> None:
    more = [full(0, SPOE, MIRRORED, 300, DEAD), full(0, SPOE, UNMIRRORED, 600, DEAD)]
    dead = of(summarise([*rows(), *more]), SPOE, DEAD)
    assert dead is not None
    assert dead.of_itself == Spread(0.5, 0.5, 0.5)
    assert dead.of_plain == Spread(0.3, 0.3, 0.3)
