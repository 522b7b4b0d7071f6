"""What is published is what runs found of the features as they are today."""

from dataclasses import replace

import pytest

from comparison import costs, markdown, storage
from comparison.model import Cell, Column, Comparison, Verdict
from comparison.publish import COSTS, PUBLISHED, README, excused
from comparison.verdicts import judge
from features.reporting import comparison_formatter
from features.support.gateways.catalogue import CATALOGUE

AGAIN = "play the specification and publish it: make spec comparison"


@pytest.fixture(scope="module")
def published() -> Comparison:
    if not PUBLISHED.is_file():
        pytest.fail(f"docs/comparison.json is missing: {AGAIN}")
    return storage.load(PUBLISHED)


@pytest.fixture(scope="module")
def today(published: Comparison) -> Comparison:
    """What the features say would come out if every scenario passed."""
    outcomes = [replace(each, status="passed") for each in comparison_formatter.outcomes([])]
    return judge(outcomes, published.columns, published.runs[0], excused(outcomes))


def test_readme_shows_what_is_published(published: Comparison) -> None:
    block = markdown.block(published, costs.read(COSTS))
    current = block in README.read_text()
    assert current, "README is out of date: make comparison FROM=docs/comparison.json"


def test_every_promise_was_part_of_it(published: Comparison) -> None:
    assert published.whole
    assert not published.conflicts


def test_every_gateway_has_a_column(published: Comparison) -> None:
    named = {each.gateway for each in comparison_formatter.outcomes([])}
    assert {each.gateway for each in published.columns} == named
    assert named >= {name for name, gateway in CATALOGUE.items() if gateway.mirrors}


def test_its_rows_are_the_promises_of_today(published: Comparison, today: Comparison) -> None:
    def rows(comparison: Comparison) -> dict[str, object]:
        return {each.id: replace(each, cells={}) for each in comparison.promises}

    assert rows(published) == rows(today), f"promises have changed: {AGAIN}"


def test_its_cells_agree_with_the_features(published: Comparison, today: Comparison) -> None:
    rows = {promise.id: promise for promise in today.promises}
    strange = [
        f"{promise.id}, {column.key}: published {cell.verdict}, today {expected.verdict}"
        for promise in published.promises
        for column in published.columns
        if not agree(cell := promise.cell(column), expected := rows[promise.id].cell(column))
    ]
    assert not strange, f"promises have changed: {AGAIN}"


def agree(cell: Cell, today: Cell) -> bool:
    if cell.verdict is Verdict.NOT_RUN:
        return today.verdict.was_run
    if cell.verdict is Verdict.FAILED:
        return today.verdict.was_run and cell.of <= today.of
    return replace(cell, run="") == replace(today, run="")


@pytest.mark.parametrize(
    ("cell", "now", "right"),
    [
        (Cell(Verdict.KEPT, 2), Cell(Verdict.KEPT, 2), True),
        (Cell(Verdict.KEPT, 2), Cell(Verdict.KEPT, 3), False),
        (Cell(Verdict.KEPT, 2), Cell(Verdict.LIMIT, 2), False),
        (Cell(Verdict.LIMIT, 1, instead=("a",)), Cell(Verdict.LIMIT, 1, instead=("b",)), False),
        (Cell(Verdict.DOES_NOT_APPLY, why="a"), Cell(Verdict.DOES_NOT_APPLY, why="b"), False),
        (Cell(Verdict.NOT_RUN, why="no image"), Cell(Verdict.KEPT, 1), True),
        (Cell(Verdict.NOT_RUN, why="no image"), Cell(Verdict.DOES_NOT_APPLY, why="b"), False),
    ],
)
def test_agreeing_is_strict(cell: Cell, now: Cell, right: bool) -> None:
    assert agree(cell, now) is right


def test_every_column_is_a_gateway_of_the_catalogue(published: Comparison) -> None:
    strange: list[Column] = [each for each in published.columns if each.gateway not in CATALOGUE]
    assert not strange
