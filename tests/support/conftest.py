"""What the tests of the support code share: time that passes at will, and a real local stack."""

from collections.abc import Iterator

import pytest

from features.support import waiting
from features.support.gateways.catalogue import CATALOGUE
from features.support.scene import Scene
from features.support.stack.local import LocalStack
from tests.local_stack import local_stack
from tests.support.clock import Clock


@pytest.fixture(autouse=True)
def usual_patience() -> Iterator[None]:
    """Whatever a test does to the patience of the run ends with it."""
    yield
    waiting.set_patience(1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(waiting, "time", clock)
    return clock


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    with local_stack() as stack:
        yield stack


@pytest.fixture
def scene(stack: LocalStack) -> Iterator[Scene]:
    """A scene with HAProxy in front, as the first step of every scenario makes it."""
    scene = Scene(stack)
    try:
        scene.enter(CATALOGUE["HAProxy"])
        yield scene
    finally:
        scene.close()
