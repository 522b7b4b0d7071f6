"""What a run of behave leaves behind: the comparison of what was played, and no more."""

from pathlib import Path

import pytest

from comparison import storage
from comparison.model import Cell, Comparison, Verdict
from tests.comparison.build import RING, SPOE
from tests.mutants.mutant import Patch
from tests.runs import Run, behave

pytestmark = pytest.mark.stack

FEATURE = f"""
@allure.label.epic:Mirroring
Feature: A small one

  @promise.marker @critical @allure.label.story:Marker
  Scenario Outline: With <gateway> the copy bears a marker
    Given <gateway> is the gateway
    When the client sends a GET request to "/api/v1"
    Then the copy has the marker

    Examples: gateways that keep the promise
      | gateway |
      | {SPOE}  |
      | {RING}  |

  @wip @promise.later @critical @allure.label.story:Marker
  Scenario: With {SPOE} something is not finished
    Given {SPOE} is the gateway
    When the client sends a GET request to "/api/v1"
    Then the copy has the marker
"""


@pytest.fixture
def tree(tree: Path) -> Path:
    """A specification of one promise."""
    for feature in (tree / "features").rglob("*.feature"):
        feature.unlink()
    (tree / "features" / "small.feature").write_text(FEATURE)
    return tree


def play(tree: Path, *arguments: str) -> Run:
    return behave(["-D", "stack=local", *arguments, "features/"], tree=tree)


def read(tree: Path) -> Comparison:
    return storage.load(tree / "reports" / "comparison.json")


def cells(comparison: Comparison) -> dict[str, Cell]:
    (promise,) = comparison.promises
    return {column.gateway: promise.cell(column) for column in comparison.columns}


def test_a_whole_run_writes_both_reports(tree: Path) -> None:
    run = play(tree)
    assert run.code == 0, run.output
    comparison = read(tree)
    assert comparison.whole
    assert {gateway: cell.verdict for gateway, cell in cells(comparison).items()} == {
        SPOE: Verdict.KEPT,
        RING: Verdict.KEPT,
    }
    (behind,) = comparison.runs
    assert behind.stack == "local"
    assert behind.selection == "features"
    assert comparison.columns[0].version.startswith("2.8.")
    assert comparison.columns[0].beside == ("Mirroring agent",)
    assert "the copy bears a marker" in (tree / "reports" / "comparison.html").read_text()
    assert comparison.runs[0].played == {SPOE: 1, RING: 1}
    assert not (tree / "docs").exists(), "only make comparison publishes"


def test_a_part_claims_nothing_of_the_rest(tree: Path) -> None:
    run = play(tree, "--name", SPOE)
    assert run.code == 0, run.output
    comparison = read(tree)
    assert not comparison.whole
    assert comparison.runs[0].selection.endswith(SPOE)
    told = cells(comparison)[RING]
    assert (told.verdict, told.why) == (Verdict.NOT_RUN, "not part of this run")
    assert not (tree / "docs").exists()
    assert "A part only." in (tree / "reports" / "comparison.html").read_text()


def test_what_fails_is_never_kept(tree: Path) -> None:
    Patch("features/small.feature", "/api/v1", "/api/v3", 2).apply(tree)  # which is not mirrored
    run = play(tree, "-D", "patience=0.5")
    assert run.code == 1
    told = cells(read(tree))[SPOE]
    assert (told.verdict, told.why) == (Verdict.FAILED, "1 failed")
    assert "1 failed" in (tree / "reports" / "comparison.html").read_text()


def test_what_cannot_run_here_is_not_run_with_the_reason(tree: Path) -> None:
    Patch("features/small.feature", RING, "HAProxy with Teeproxy").apply(tree)
    run = behave(["-D", "stack=local", "features/"], {"TEEPROXY": "/absent"}, tree)
    assert run.code == 0, run.output
    comparison = read(tree)
    assert comparison.whole, "a reason is no selection"
    told = cells(comparison)
    assert told[SPOE].verdict is Verdict.KEPT
    assert told["HAProxy with Teeproxy"].verdict is Verdict.NOT_RUN
    assert "/absent" in told["HAProxy with Teeproxy"].why


def test_a_gateway_that_does_not_start_costs_no_other(tree: Path) -> None:
    Patch("docker/haproxy-spoe/haproxy.cfg", "    option httplog", "    optoin httplog").apply(tree)
    run = play(tree)
    assert run.code == 1, run.output
    assert f"{SPOE} did not start: " in run.output
    told = cells(read(tree))
    assert told[SPOE].verdict is Verdict.FAILED
    assert told[SPOE].why == "1 could not be found out"
    assert told[RING].verdict is Verdict.KEPT
