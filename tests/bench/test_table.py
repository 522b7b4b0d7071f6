"""The table of costs says what was measured, and compares within a round."""

from bench.table import Row, render

ROWS = [
    Row("HAProxy", "shadow well", 1000.0, 2.0, 20.0, 0.0, 0.0, 0),
    Row("HAProxy with Lua", "shadow well", 500.0, 4.0, 60.0, 0.0, 100.0, 1),
    Row("HAProxy", "shadow well", 2000.0, 2.0, 18.0, 0.0, 0.0, 0),
    Row("HAProxy with Lua", "shadow well", 800.0, 4.0, 58.0, 0.0, 99.0, 0),
    Row("HAProxy with SPOE", "tool frozen", 900.0, 3.0, 22.0, 0.0, 0.0, 0),
]


def test_each_condition_has_a_table_with_medians_and_spread() -> None:
    lines = render(ROWS, 4, 2).splitlines()
    assert "## Shadow well" in lines
    assert "## Tool frozen" in lines
    (lua,) = [line for line in lines if line.startswith("| HAProxy with Lua")]
    cells = [cell.strip() for cell in lua.strip("|").split("|")]
    assert cells[1] == "650 (500-800)"
    assert cells[2] == "0.45 (0.40-0.50)"
    assert cells[-1] == "1"


def test_a_condition_without_plain_haproxy_is_compared_with_it_all_the_same() -> None:
    (spoe,) = [line for line in render(ROWS, 4, 2).splitlines() if "with SPOE" in line]
    assert "| 0.90 (0.90-0.90) |" in spoe
