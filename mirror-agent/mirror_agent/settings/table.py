"""All settings as the table of the README: python -m mirror_agent.settings.table."""

from collections.abc import Iterator

from .declaration import declared
from .model import SECTIONS


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield key, default and meaning of each setting."""
    for section, kind in SECTIONS:
        for _, each in declared(kind):
            needed = "required" if each.missing and each.example else ""
            yield section + each.key, each.default or needed, each.text


def markdown() -> str:
    """Return the table."""
    lines = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for key, default, text in rows():
        shown = f"`{default}`" if default not in ("", "required") else default
        lines.append(f"| `{key}` | {shown} | {text} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(markdown(), end="")
