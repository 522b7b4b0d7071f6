"""A real recorder for each file of tests, reset before each test."""

from collections.abc import Iterator

import pytest
from mirror_recorder.testing import RecorderProcess


@pytest.fixture(scope="module")
def process() -> Iterator[RecorderProcess]:
    with RecorderProcess() as recorder:
        yield recorder


@pytest.fixture
def recorder(process: RecorderProcess) -> RecorderProcess:
    process.control("POST", "/reset")
    return process
