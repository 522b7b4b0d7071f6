"""Figures of make bench join where there are some; each of them may be missing."""

import json
from pathlib import Path

import pytest

from comparison.costs import Costs, read
from comparison.storage import UnreadableError
from tests.comparison.build import ENVOY, LUA, SPOE


def given(tmp_path: Path, document: object) -> Costs:
    file = tmp_path / "cost.json"
    file.write_text(json.dumps(document))
    return read(file)


def test_what_is_known_is_told_and_what_is_not_is_left_open(tmp_path: Path) -> None:
    late = {"shadow 500 ms late": {"fixed_copies_percent": [100, 124, 126]}}
    document = {
        "rate": 2000,
        "gateways": {
            SPOE: {"of_itself": 0.468, "added_p99_ms": 1.26, "tool_us": 21.4},
            ENVOY: {"of_itself": 0.5, "added_p99_ms": -0.03, "conditions": late},
        },
    }
    costs = given(tmp_path, document)
    keys = ("speed", "added_p99_ms", "tool_us", "late_copies_percent")
    assert [costs.text(SPOE, key) for key in keys] == ["47 %", "1.3 ms", "21 µs", "—"]
    assert [costs.text(ENVOY, key) for key in keys] == ["50 %", "0.0 ms", "—", "≥ 100 %"]
    assert costs.rate == 2000
    assert len(costs.titles) == len(costs.known)


def test_a_way_of_mirroring_is_compared_with_its_plain_gateway(tmp_path: Path) -> None:
    way = {
        "of_itself": 0.9,
        "of_plain": 0.4,
        "gateway_us": 30,
        "gateway_us_of_plain": 1.5,
        "tool_us": 20,
        "copies_percent": 50,
    }
    costs = given(tmp_path, {"gateways": {"HAProxy": {"of_plain": 1.0}, LUA: way}})
    assert costs.text(LUA, "speed") == "40 %", "its unmirrored route may meet its tool as well"
    assert costs.figure(LUA, "copy_us") == pytest.approx(60), "half of the copies did not arrive"
    assert "of plain HAProxy" in costs.titles


@pytest.mark.parametrize("document", [{}, {"gateways": {}}, {"gateways": {SPOE: {"else": "x"}}}])
def test_a_file_without_figures_has_none(tmp_path: Path, document: object) -> None:
    assert read(tmp_path / "absent.json") == Costs()
    assert given(tmp_path, document).known == []


@pytest.mark.parametrize("document", [[], 1, {"gateways": []}, {"gateways": {SPOE: 3}}])
def test_a_file_of_something_else_is_told(tmp_path: Path, document: object) -> None:
    with pytest.raises(UnreadableError, match=r"cost\.json: no figures of make bench"):
        given(tmp_path, document)
