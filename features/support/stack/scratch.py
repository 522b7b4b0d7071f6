"""The directory of a run, for logs and for its own copies of the configurations."""

import os
import secrets
import shutil
import tempfile
import threading
from pathlib import Path

import psutil

_PREFIX = "mirroring-spec-"
_COPYING = threading.Lock()  # versions are asked for side by side


def directory(*, keep: bool) -> Path:
    """Name a directory, not made yet, that `sweep` removes when this run is dead."""
    owner = "kept" if keep else os.getpid()
    return Path(tempfile.gettempdir()) / f"{_PREFIX}{owner}-{secrets.token_hex(4)}"


def copied(original: Path, own: Path) -> Path:
    """Return a run's own copy of a directory, made at first; containers may read it."""
    with _COPYING:
        if not own.exists():
            own.parent.mkdir(exist_ok=True)
            shutil.copytree(original, own, ignore=shutil.ignore_patterns("__pycache__"))
    return own


def sweep() -> None:
    """Remove the directories of runs that were killed."""
    for leftover in leftovers():
        shutil.rmtree(leftover, ignore_errors=True)


def leftovers() -> list[Path]:
    """Return the directories of runs that were killed."""
    found = []
    for directory in sorted(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*")):
        owner = directory.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            found.append(directory)
    return found
