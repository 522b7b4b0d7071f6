"""Results of a run are made aside and put in their place at its end, all of them or none."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

# The names of the files that a run with Allure leaves in its directory.
_RESULTS = (
    "*-result.json*",
    "*-container.json*",
    "*-globals.json*",
    "*-attachment*",
    "environment.properties",
    "categories.json",
)
_AN_OUTCOME = "*-result.json"


def aside(directory: Path) -> Path:
    """Return where this run makes what belongs into a directory."""
    return directory.parent / f".{directory.name}.{os.getpid()}"


def sweep(directory: Path) -> None:
    """Remove what runs that were killed have left beside a directory."""
    for left in directory.parent.glob(f".{directory.name}.*"):
        number = left.name.rpartition(".")[2]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def publish(directory: Path) -> None:
    """Put this run's results in the place of the last one's; without any leave those."""
    made = aside(directory)
    if any(made.glob(_AN_OUTCOME)):
        directory.mkdir(parents=True, exist_ok=True)
        with alone(directory.parent):
            clear(directory)
            for file in made.iterdir():
                file.replace(directory / file.name)
    shutil.rmtree(made, ignore_errors=True)


def clear(directory: Path) -> None:
    """Remove the results of earlier runs; whatever else is in the directory stays."""
    for pattern in _RESULTS:
        for result in directory.glob(pattern):
            result.unlink(missing_ok=True)


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Let no other run of this project write into a directory meanwhile."""
    directory.mkdir(parents=True, exist_ok=True)
    opened = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
