"""Figures of make bench join where there are some; each of them may be missing."""

import json
from pathlib import Path

import pytest

from comparison.costs import Costs, read
from comparison.storage import UnreadableError
from tests.comparison.build import LUA, SPOE


def given(tmp_path: Path, document: object) -> Costs | None:
    file = tmp_path / "cost.json"
    file.write_text(json.dumps(document))
    return read(file)


def test_without_a_file_there_are_no_figures(tmp_path: Path) -> None:
    assert read(tmp_path / "absent.json") is None


def test_what_is_known_is_told_and_what_is_not_is_left_open(tmp_path: Path) -> None:
    spoe = {"of_plain": 0.468, "added_p50_ms": 0.123, "added_p99_ms": 1.26, "tool_us": 21.4}
    document = {"gateways": {SPOE: spoe, LUA: {"of_plain": 0.5, "added_p99_ms": -0.03}}}
    costs = given(tmp_path, document)
    assert costs is not None
    assert costs.rows[SPOE] == ("47%", "0.12 ms", "1.3 ms", "21 µs")
    assert costs.rows[LUA] == ("50%", "—", "0.0 ms", "—")
    assert costs.brief.titles == ("throughput of plain", "added p99")
    assert costs.brief.rows[SPOE] == ("47%", "1.3 ms")


@pytest.mark.parametrize("document", [{}, {"gateways": {}}, {"gateways": {SPOE: {"else": 1}}}])
def test_a_file_without_figures_has_none(tmp_path: Path, document: object) -> None:
    assert given(tmp_path, document) is None


@pytest.mark.parametrize("document", [[], 1, {"gateways": []}, {"gateways": {SPOE: 3}}])
def test_a_file_of_something_else_is_told(tmp_path: Path, document: object) -> None:
    with pytest.raises(UnreadableError, match=r"cost\.json: no figures of make bench"):
        given(tmp_path, document)
