"""Merge the comparisons of several runs and publish them: `make comparison FROM='a.json b.json'`.

Exit code 2, one line and nothing written when a file is no comparison.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from comparison import costs, markdown, page, storage
from comparison.merge import merge
from comparison.model import Comparison
from comparison.publish import (
    COSTS,
    DOCUMENT,
    PUBLISHED,
    README,
    REPORT,
    write,
)
from features.support.paths import ROOT


def main(arguments: Sequence[str]) -> int:
    """Merge the named files, or take the last run's alone."""
    files = [Path(each) for each in arguments] or [REPORT]
    try:
        comparison = merge([storage.load(file) for file in files])
        texts = _texts(comparison)
    except (storage.UnreadableError, ValueError, OSError) as reason:
        print(f"comparison: {reason}", file=sys.stderr)
        return 2
    for conflict in comparison.conflicts:
        print(f"comparison: runs disagree: {conflict}", file=sys.stderr)
    for file, text in texts.items():
        write(file, text)
        print(f"comparison: {file.relative_to(ROOT)}")
    return 0


def _texts(comparison: Comparison) -> dict[Path, str]:
    """Return what is to be written; raises before anything is."""
    figures = costs.read(COSTS)
    readme = markdown.with_block(
        README.read_text(encoding="utf-8"), markdown.block(comparison, figures)
    )
    return {
        PUBLISHED: storage.dump(comparison),
        DOCUMENT: markdown.render(comparison, figures),
        REPORT.with_suffix(".html"): page.render(comparison, figures),
        README: readme,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
