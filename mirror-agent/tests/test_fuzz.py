"""A short run of the fuzzer; `python -m tests.fuzz` is the long one."""

from pathlib import Path

from .fuzz import run


def test_garbage_does_no_harm(tmp_path: Path) -> None:
    assert run(3.0, 20261124, tmp_path) == 0
