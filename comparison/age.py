"""Which specification a run has played, and whether it has changed since."""

import subprocess

from comparison.model import Run
from features.support.paths import ROOT

# What a verdict depends on: the features with their steps, the configurations and the products.
_PRODUCTS = sorted(each.parent.name for each in ROOT.glob("*/pyproject.toml"))
_PLAYED = ("features", "docker", *_PRODUCTS)


def commit() -> str:
    """Return the commit that is checked out, "" where there is none."""
    return _git("rev-parse", "--short=12", "HEAD") or ""


def is_changed() -> bool:
    """Tell whether files of the checkout differ from its commit in what a verdict depends on."""
    return bool(_git("status", "--porcelain", "--", *_PLAYED))


def is_older(played: str) -> bool:
    """Tell whether what a verdict depends on has changed since a commit, as far as is known."""
    if not played or _git("cat-file", "-e", f"{played}^{{commit}}") is None:
        return False
    return bool(_git("diff", "--name-only", played, "--", *_PLAYED))


def told(run: Run) -> str:
    """Return what is said of a run's age beside it, "" when there is nothing to say."""
    if is_older(run.commit):
        return f", older: features or configurations have changed since commit {run.commit}"
    return ""


def _git(*arguments: str) -> str | None:
    """Return what git says, None where it fails or is missing."""
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
