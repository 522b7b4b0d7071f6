"""Recorders and gateways for the tests of HAProxy with Lua."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from features.support.wire.recorder import Recorder

from .harness import Gateway, gateway, recorder
from .raw_shadow import RawShadow

StartGateway = Callable[..., Gateway]


@pytest.fixture(scope="session")
def recorders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Recorder]]:
    """Both recorders, which all tests share."""
    directory = tmp_path_factory.mktemp("recorders")
    with ExitStack() as stack:
        yield {n: stack.enter_context(recorder(n, directory)) for n in ("primary", "shadow")}


@pytest.fixture
def primary(recorders: dict[str, Recorder]) -> Recorder:
    """The primary, which remembers nothing."""
    recorders["primary"].reset()
    return recorders["primary"]


@pytest.fixture
def shadow(recorders: dict[str, Recorder]) -> Recorder:
    """A recorder that plays the shadow, and remembers nothing."""
    recorders["shadow"].reset()
    return recorders["shadow"]


@pytest.fixture
def raw_shadow() -> Iterator[RawShadow]:
    """A shadow whose answers a test writes."""
    with RawShadow() as raw:
        yield raw


@pytest.fixture
def start(tmp_path: Path, primary: Recorder) -> Iterator[StartGateway]:
    """Starts a gateway for a shadow's port; `edit` and settings change its configuration."""
    with ExitStack() as stack:

        def start(port: int, edit: Callable[[str], str] = str, **settings: str) -> Gateway:
            to = primary.service.port
            started = stack.enter_context(gateway(tmp_path, to, port, edit, **settings))
            started.await_answers()
            return started

        yield start
