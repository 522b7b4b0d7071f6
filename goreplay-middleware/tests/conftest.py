"""GoReplay as its start script runs it, between two recorders."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .replay import ENVIRONMENT, START_SCRIPT, Replay


@pytest.fixture(scope="session")
def can_capture() -> None:
    done = subprocess.run(
        [START_SCRIPT, "--check"],
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(done.stderr.strip())


@pytest.fixture
def replay(can_capture: None, tmp_path: Path) -> Iterator[Replay]:
    with Replay(tmp_path / "log") as running:
        yield running
