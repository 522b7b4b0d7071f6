"""The tables of the agent's README, made from the code: python -m tests.readme writes them."""

from pathlib import Path

from mirror_agent.metrics import figures_table
from mirror_agent.settings.table import markdown

README = Path(__file__).parents[1] / "README.md"


def written(text: str) -> str:
    """Return the README with its tables as the code has them."""
    for name, table in (("settings", markdown()), ("figures", figures_table())):
        head, found, rest = text.partition(f"<!-- {name} -->\n")
        _, end, tail = rest.partition(f"<!-- /{name} -->")
        assert end, f"{README} has no place for the table of {name}"
        text = head + found + table + end + tail
    return text


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
