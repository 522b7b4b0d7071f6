"""Merge the comparisons of several runs and publish them: `make comparison FROM='a.json b.json'`.

What older runs found of scenarios or configurations that have changed since is not run, and told
as older. Exit code 2, one line and nothing written when a file is no comparison, or has less than
what is published.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from comparison import publish, storage
from comparison.merge import merge
from comparison.outdated import held_against_the_latest
from features.support.paths import ROOT


def main(arguments: Sequence[str]) -> int:
    """Merge the named files, or take the last run's alone."""
    files = [Path(each) for each in arguments] or [publish.REPORT]
    try:
        comparison = merge(held_against_the_latest([storage.load(file) for file in files]))
        written = publish.publish(comparison)
    except (storage.UnreadableError, ValueError, OSError) as reason:
        print(f"comparison: {reason}", file=sys.stderr)
        return 2
    for conflict in comparison.conflicts:
        print(f"comparison: runs disagree: {conflict}", file=sys.stderr)
    for file in written:
        print(f"comparison: {file.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
