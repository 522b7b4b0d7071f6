"""The comparison as Markdown: a document of its own, and a block for README."""

from comparison.costs import Costs
from comparison.model import Comparison
from comparison.rendering import render as fill

BEGIN, END = "<!-- comparison: begin -->", "<!-- comparison: end -->"


def render(comparison: Comparison, costs: Costs) -> str:
    """Return the whole document, for a file in docs/."""
    return fill("comparison.md.j2", comparison, costs, base="docs")


def block(comparison: Comparison, costs: Costs) -> str:
    """Return what stands in README between the two comments, with them."""
    text = fill("readme.md.j2", comparison, costs, base=".").strip()
    return f"{BEGIN}\n\n{text}\n\n{END}"


def with_block(text: str, new: str) -> str:
    """Return README's text with its block replaced; raises ValueError when it has no block."""
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"README.md has no {BEGIN} followed by {END}: add both lines")
    return before + new + after
