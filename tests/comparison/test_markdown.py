"""The document and README's block say what the comparison says."""

import pytest

from comparison import markdown
from comparison.costs import Costs
from comparison.merge import merge
from tests.comparison.build import ENVOY, LUA, SPOE, column, comparison, limit, outcome

TAGS = "blocker claim.request-body"
MADE = comparison(
    [
        outcome(SPOE, tags=TAGS),
        limit(ENVOY, line=33, says="cuts bodies"),
        outcome(LUA, status="skipped", reason=f"{LUA}: no Lua <here> | there"),
    ],
    column(SPOE, "2.8.1", "Agent"),
    column(ENVOY, "1.39.0"),
    column(LUA, ""),
)
COSTS = Costs({SPOE: {"added_p99_ms": 0.5}}, "2026-11-25", 2000)


def row(text: str, first: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.startswith(f"| {first}")]
    return [cell.strip() for cell in lines[-1].strip("|").split(" | ")]


def test_a_limit_is_linked_to_its_scenario() -> None:
    text = markdown.render(MADE, Costs())
    cells = row(text, "copies bodies")
    assert cells[0].strip() == "copies bodies (blocker)"
    assert cells[1] == "✓ kept"
    assert cells[2] == "◐ limit: [cuts bodies](../features/mirroring/copies.feature#L33)"
    assert cells[3] == "? not run"


def test_names_versions_and_titles_are_no_markup() -> None:
    name, version = "Mine | <b>", "1.0](http://x)\n# `a`"
    made = comparison(
        [outcome(SPOE, tags=TAGS), limit(name, line=3, says="cuts [all](x) <script>")],
        column(SPOE, "2.8.1", "Agent"),
        column(name, version),
    )
    text = markdown.render(made, Costs()) + markdown.blocks(made, Costs())["comparison"]
    forbidden = ("<b>", "<script", "](http", "[all]", "\n# `", "`a`")
    assert [each for each in forbidden if each in text] == []
    assert "◐ limit: [cuts &#91;all&#93;(x) &#60;script&#62;](" in text
    assert "| Mine &#124; &#60;b&#62; |" in text


def test_what_was_not_run_at_all_is_said_once_with_the_reason() -> None:
    text = markdown.render(MADE, Costs())
    assert text.count("HAProxy with Lua was not run: no Lua") == 1


def test_a_document_says_what_it_is_made_of() -> None:
    text = markdown.render(MADE, COSTS)
    assert row(text, "2026-11-25T10:00:00Z")[-1] == "HAProxy 2.8.1, Agent 1.0, Envoy 1.39.0"
    assert row(text, SPOE) == [SPOE, "0.5 ms"]
    assert "Not every promise" not in text


def test_the_block_is_small_and_the_document_corrects_the_claims() -> None:
    text = markdown.blocks(MADE, COSTS)["comparison"]
    assert row(text, SPOE) == [SPOE, "1/1", "—", "+0.5 ms"]
    assert row(text, ENVOY) == [ENVOY, "0/1 ◐ 1", "—", "—"]
    assert row(text, LUA)[1] == "not run"
    advice = markdown.blocks(MADE, COSTS)["advice"]
    assert "not run: no Lua &#60;here&#62; &#124; there" in advice
    claims = markdown.render(MADE, COSTS)
    assert "- Mirror Request Body, Envoy: “Yes”. Run: Envoy cuts bodies." in claims


def test_disagreement_and_a_part_only_are_told() -> None:
    part = comparison([outcome(SPOE, status="failed"), outcome(SPOE)], when="2026-11-26")
    text = markdown.render(merge([part, comparison([outcome(SPOE)])]), Costs())
    assert "**Runs disagree**" in text
    assert "✗ FAILED" in text


def test_blocks_take_the_place_of_the_old_ones() -> None:
    old = "before\n<!-- a: begin -->\nold\n<!-- a: end -->\nafter"
    new = "before\n<!-- a: begin -->\n\nnew\n\n<!-- a: end -->\nafter"
    assert markdown.with_blocks(old, {"a": "new"}) == new
    assert markdown.with_blocks(new, {"a": "new"}) == new
    with pytest.raises(ValueError, match=r"README\.md has no <!-- a: begin -->"):
        markdown.with_blocks("nothing", {"a": "new"})
