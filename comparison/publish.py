"""What is published of runs in README and docs/; a part of a run never takes from it."""

import os
from pathlib import Path

from comparison import costs, markdown, page, storage
from comparison.model import Comparison
from features.support.paths import ROOT

REPORT = ROOT / "reports" / "comparison.json"
DOCUMENT = ROOT / "docs" / "comparison.md"
PUBLISHED = ROOT / "docs" / "comparison.json"
PAGE = ROOT / "docs" / "index.html"
COSTS = ROOT / "docs" / "cost.json"
README = ROOT / "README.md"


def publish(comparison: Comparison) -> list[Path]:
    """Write README's block and docs/, and the page in reports/ as well; returns the files.

    Raises ValueError where that would take from what is published, UnreadableError, OSError.
    """
    check_publishable(comparison)
    figures = costs.read(COSTS)
    html = page.render(comparison, figures)
    readme = README.read_text(encoding="utf-8")
    texts = {
        PUBLISHED: storage.dump(comparison),
        DOCUMENT: markdown.render(comparison, figures),
        PAGE: html,
        REPORT.with_suffix(".html"): html,
        README: markdown.with_blocks(readme, markdown.blocks(comparison, figures)),
    }
    for file, text in texts.items():
        write(file, text)
    return list(texts)


def check_publishable(comparison: Comparison) -> None:
    """Raise ValueError, in one line, where a comparison has less than what is published."""
    if not comparison.whole:
        part = next((run.selection for run in comparison.runs if not run.whole), "")
        raise ValueError(
            f"only a part was played ({part or 'it ended early'}): make spec-all first"
        )
    published = gateways_run(storage.load(PUBLISHED)) if PUBLISHED.exists() else set()
    lost = sorted(published - gateways_run(comparison))
    if lost:
        raise ValueError(
            f"what is published of {', '.join(lost)} would be lost: name its run as well, "
            "make comparison FROM='docs/comparison.json reports/comparison.json'"
        )


def gateways_run(comparison: Comparison) -> set[str]:
    """Return the gateways that runs say something of, be it older."""
    return {
        column.gateway
        for column in comparison.columns
        for _, cell in comparison.cells(column)
        if cell.verdict.was_run or cell.older
    }


def write(file: Path, text: str) -> None:
    """Write a file so that no reader ever sees half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(file)
