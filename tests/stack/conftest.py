"""What the tests of stacks share."""

from collections.abc import Callable, Iterator

import pytest

from features.support.stack.engine import why_no_engine
from tests.stack.runner import UserRun

NO_ENGINE = why_no_engine()
needs_engine = pytest.mark.skipif(NO_ENGINE is not None, reason=str(NO_ENGINE))
KINDS = [
    pytest.param("local", marks=pytest.mark.stack),
    pytest.param("docker", marks=[pytest.mark.docker, needs_engine]),
]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def start() -> Iterator[Callable[..., UserRun]]:
    runs: list[UserRun] = []

    def begin(*arguments: str, **environment: str) -> UserRun:
        runs.append(UserRun(arguments, environment))
        return runs[-1]

    yield begin
    for run in runs:
        run.stop()
