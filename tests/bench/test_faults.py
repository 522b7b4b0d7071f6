"""The page of faults: what a row says, and that the published page is whole."""

import pytest

from bench.faults import FAULTS
from bench.faults_table import FaultOutcome, FaultRun, render
from features.support.gateways.catalogue import CATALOGUE
from features.support.paths import ROOT

PAGE = ROOT / "docs" / "faults.md"
MIRRORING = [each for each in CATALOGUE.values() if each.mirrors]


def outcome(copies: int, counted: dict[str, int] | None, unanswered: int = 0) -> FaultOutcome:
    return FaultOutcome("A", "gone", 10, unanswered, 0.0123, copies, counted, 1.4)


@pytest.mark.parametrize(
    ("copies", "counted", "cells"),
    [
        (10, {}, ("none", "nothing to count")),
        (10, {"timeout": 2}, ("none", "none lost; without an answer: 2 timeout")),
        (10, None, ("none", "nothing to count")),
        (7, {"connect": 3}, ("3 of 10", "yes: 3 connect")),
        (7, {"connect": 1, "timeout": 1}, ("3 of 10", "not all: 1 connect, 1 timeout")),
        (7, {}, ("3 of 10", "no")),
        (7, None, ("3 of 10", "it counts nothing")),
    ],
)
def test_a_row_says_what_was_lost_and_whether_it_was_counted(
    copies: int, counted: dict[str, int] | None, cells: tuple[str, str]
) -> None:
    assert outcome(copies, counted).cells() == (
        *("gone", "all 10 answered, the slowest after 12 ms"),
        *cells,
        "+1 MB",
    )


def test_a_row_says_what_clients_missed() -> None:
    assert outcome(10, {}, 2).cells()[1] == "8 of 10 answered, the slowest after 12 ms"


def test_a_page_has_a_table_for_each_gateway_and_says_what_was_not_run() -> None:
    page = render([outcome(10, {})], FaultRun("today", 1, 6, 4, ["A 1"], {"B": "no | binary"}))
    assert page.count("\n## A\n\n| fault | what clients see |") == 1
    assert page.endswith("\n## Not run\n\n* B: no | binary\n")


@pytest.mark.parametrize("gateway", MIRRORING, ids=lambda gateway: gateway.name)
def test_the_published_page_tells_of_every_way_of_mirroring(gateway: object) -> None:
    page, name = PAGE.read_text(), getattr(gateway, "name", "")
    section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| ")]
    if not rows:
        assert f"\n* {name}: " in page, f"docs/faults.md does not tell of {name}: make faults"
        return
    known = [each.name for each in FAULTS if getattr(gateway, "tool", None) or not each.tool]
    assert [row[0].removeprefix("| ") for row in rows[2:]] == known
    assert {len(row) for row in rows} == {5}
