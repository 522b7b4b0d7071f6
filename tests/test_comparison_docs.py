"""What is published is what runs found of the features as they are today."""

import re
from dataclasses import replace

import pytest

from comparison import costs, markdown, page, storage
from comparison.advice import advise
from comparison.advice_cases import CASES
from comparison.model import Cell, Column, Comparison, Verdict
from comparison.publish import COSTS, DOCUMENT, PAGE, PUBLISHED, README
from comparison.run_report import excused
from comparison.verdicts import judge
from comparison.view import View
from features.reporting import comparison_formatter
from features.support.gateways.catalogue import CATALOGUE
from features.support.paths import ROOT

SAME = "make comparison FROM=docs/comparison.json"
AGAIN = "play the specification and publish it: make spec comparison"


@pytest.fixture(scope="module")
def published() -> Comparison:
    if not PUBLISHED.is_file():
        pytest.fail(f"docs/comparison.json is missing: {AGAIN}")
    return storage.load(PUBLISHED)


@pytest.fixture(scope="module")
def today(published: Comparison) -> Comparison:
    """What the features say would come out if every scenario passed."""
    results = [replace(each, status="passed") for each in comparison_formatter.results([])]
    return judge(results, published.columns, published.runs[0], excused(results))


def test_readme_the_document_and_the_page_show_what_is_published(published: Comparison) -> None:
    figures = costs.read(COSTS)
    for block in markdown.blocks(published, figures).values():
        assert block in README.read_text(), f"README is old: {SAME}"
    assert DOCUMENT.read_text() == markdown.render(published, figures), f"old: {SAME}"
    assert PAGE.read_text() == page.render(published, figures), f"old: {SAME}"


def test_each_sentence_of_the_advice_has_something_behind_it(published: Comparison) -> None:
    found = advise(View(published), costs.read(COSTS))
    html = PAGE.read_text()
    for told in (told for each in found for told in (*each.sentences, *each.points)):
        name, _, heading = told.link.file.partition("#")
        text = (ROOT / name).read_text()
        headings = re.findall(r"^#+ (.*)", text, re.MULTILINE)
        known = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
        assert heading in known | {""}, told
        assert f'id="{told.link.anchor}"' in html, told
        line = text.splitlines()[told.link.line - 1] if told.link.line else ""
        assert not told.link.line or line.strip(), told


def test_cases_of_the_advice_name_promises_of_today(today: Comparison) -> None:
    known = {each.id for each in today.promises}
    strange = {name for case in CASES for name in case.promises} - known
    assert not strange, "comparison/data/advice.yaml names promises that do not exist"


def test_every_promise_was_part_of_it(published: Comparison) -> None:
    assert published.whole
    assert not published.conflicts


def test_every_gateway_has_a_column(published: Comparison) -> None:
    named = {each.gateway for each in comparison_formatter.results([])}
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
    if not cell.asked:  # of a run that did not note what it asked
        today = replace(today, asked="")
    if cell.verdict is Verdict.FAILED:
        return today.verdict.was_run and (cell.of, cell.asked) == (today.of, today.asked)
    return replace(cell, run="", strict=0) == replace(today, run="")


@pytest.mark.parametrize(
    ("cell", "now", "right"),
    [
        (Cell(Verdict.KEPT, 2), Cell(Verdict.KEPT, 2), True),
        (Cell(Verdict.KEPT, 2), Cell(Verdict.KEPT, 3), False),
        (Cell(Verdict.KEPT, 2), Cell(Verdict.LIMIT, 2), False),
        (Cell(Verdict.LIMIT, 1, strict=1), Cell(Verdict.LIMIT, 1), True),
        (Cell(Verdict.LIMIT, 2, strict=1), Cell(Verdict.LIMIT, 1), False),
        (Cell(Verdict.KEPT, 2, asked="2: a"), Cell(Verdict.KEPT, 2, asked="2: b"), False),
        (Cell(Verdict.KEPT, 2), Cell(Verdict.KEPT, 2, asked="2: b"), True),
        (Cell(Verdict.FAILED, 1), Cell(Verdict.KEPT, 2), False),
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
