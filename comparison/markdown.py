"""The comparison as Markdown: a document of its own, and blocks for README."""

from collections.abc import Mapping

from comparison.costs import Costs
from comparison.model import Comparison
from comparison.plain import in_markdown
from comparison.rendering import render as fill

_BLOCKS = {"comparison": "readme_table.md.j2", "advice": "readme_advice.md.j2"}


def render(comparison: Comparison, costs: Costs) -> str:
    """Return the whole document, for a file in docs/."""
    return fill("comparison.md.j2", in_markdown(comparison), costs, base="docs")


def blocks(comparison: Comparison, costs: Costs) -> Mapping[str, str]:
    """Return what stands in README between pairs of comments, by the pair's name."""
    return {
        name: fill(template, in_markdown(comparison), costs, base=".").strip()
        for name, template in _BLOCKS.items()
    }


def with_blocks(text: str, new: Mapping[str, str]) -> str:
    """Return README's text with its blocks replaced; raises ValueError when it lacks one."""
    for name, block in new.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, begun, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        if not begun or not ended:
            raise ValueError(f"README.md has no {begin} followed by {end}: add both lines")
        text = f"{before}{begin}\n\n{block}\n\n{end}{after}"
    return text
