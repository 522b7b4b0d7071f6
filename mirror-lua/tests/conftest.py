"""Recorders and gateways for the tests of HAProxy with Lua."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from mirror_recorder.testing import RecorderProcess

from .both import Both
from .gateway import Gateway
from .raw_shadow import RawShadow

StartGateway = Callable[..., Gateway]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Ends what a test started, last first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def primary(stack: ExitStack) -> RecorderProcess:
    """The primary."""
    return stack.enter_context(RecorderProcess(name="primary"))


@pytest.fixture
def shadow(stack: ExitStack) -> RecorderProcess:
    """A recorder that plays the shadow."""
    return stack.enter_context(RecorderProcess())


@pytest.fixture
def raw_shadow(stack: ExitStack) -> RawShadow:
    """A shadow whose answers a test writes."""
    return stack.enter_context(RawShadow())


@pytest.fixture
def start(stack: ExitStack, tmp_path: Path, primary: RecorderProcess) -> StartGateway:
    """Starts a gateway for a shadow's port; `edit` and settings change its configuration."""

    def start(port: int, edit: Callable[[str], str] = str, **settings: str) -> Gateway:
        return stack.enter_context(Gateway(tmp_path, primary.port, port, edit, **settings))

    return start


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """One stack for a module's tests; each looks for its own requests only."""
    with ExitStack() as stack:
        yield Both(stack, tmp_path_factory.mktemp("both"))
