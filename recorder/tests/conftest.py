"""A real recorder for each file of tests, reset before each test."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from mirror_recorder.testing import RecorderProcess

# How long one example takes depends on what else this machine does.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="module")
def process() -> Iterator[RecorderProcess]:
    with RecorderProcess() as recorder:
        yield recorder


@pytest.fixture
def recorder(process: RecorderProcess) -> RecorderProcess:
    process.control("POST", "/reset")
    return process
