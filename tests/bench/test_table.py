"""The page of costs says what was measured, and the file for programs says the same."""

import json

from bench.figures import summarise
from bench.table import render, to_json
from tests.bench.samples import LUA, RUN, SPOE, rows

PAGE = render(summarise(rows()), RUN)


def _lines(gateway: str, heading: str) -> list[list[str]]:
    _, _, section = PAGE.partition(f"## {heading}\n")
    lines = section.partition("\n## ")[0].splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith(f"| {gateway} |")
    ]


def test_each_condition_has_two_tables_with_medians_and_spread() -> None:
    under_load, at_rate = _lines(LUA, "Shadow well")
    assert under_load[1:4] == ["700 (400 to 1000)", "0.45 (0.40 to 0.50)", "0.45 (0.40 to 0.50)"]
    assert (at_rate[1], at_rate[5]) == ("2000 (2000 to 2000)", "1.00 (0.50 to 1.50)")


def test_where_nothing_was_answered_a_dash_stands_instead_of_a_figure() -> None:
    under_load, at_rate = _lines(SPOE, "Tool frozen")
    assert under_load[1] == "0 (0 to 0)"
    assert under_load[4:] == ["-", "-", "-", "-", "14"]
    assert at_rate[1:] == ["-", "-", "-", "-", "-", "-", "-", "-", "-", "0"]


def test_targets_stand_with_what_was_measured() -> None:
    assert (
        "| HAProxy with Lua | shadow well | requests/s, of plain HAProxy's | ≥ 0.35 | "
        "0.45 (0.40 to 0.50) | met |"
    ) in PAGE
    assert "| ≥ 0.9 | 0.00 (0.00 to 0.00) | **not met** |" in PAGE
    assert "| - | not measured |" in PAGE


def test_the_page_tells_how_it_was_measured_and_what_was_not() -> None:
    assert "on 2026-01-02, on 2 cores, in 7 minutes:\nrounds: 2, seconds a load: 2." in PAGE
    assert "Not measured: APISIX (no image)." in PAGE
    assert "](cost.svg)" in PAGE


def test_programs_read_medians_first_and_all_conditions_below() -> None:
    page = json.loads(to_json(summarise(rows()), RUN))
    assert page["measured"] == "2026-01-02, 2 cores"
    lua = page["gateways"][LUA]
    assert lua["version"] == "HAProxy 2.8.25"
    assert (lua["of_plain"], lua["of_itself"], lua["gateway_us"]) == (0.45, 0.45, 20.0)
    assert (lua["added_p50_ms"], lua["added_p99_ms"]) == (0.0, 1.0)
    assert page["gateways"][SPOE]["tool_us"] == 30.0
    assert lua["conditions"]["shadow well"]["of_plain"] == [0.4, 0.45, 0.5]
    assert "p99_ms" not in page["gateways"][SPOE]["conditions"]["tool frozen"]
    assert page["not_run"] == {"APISIX": "no image"}
