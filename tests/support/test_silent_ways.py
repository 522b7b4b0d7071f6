"""A way of mirroring that copies nothing is told once, with its last words, and then at once."""

from types import SimpleNamespace
from typing import Any

import pytest

from features.support.gateways.catalogue import CATALOGUE
from features.support.scene import Scene
from features.support.waiting import set_patience

WAY = CATALOGUE["HAProxy with SPOE"]


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stack whose agent has crashed; it counts how often somebody looks for a copy."""
    stack = SimpleNamespace(
        flowing=set(),
        silent=set(),
        looks=0,
        start=lambda _: None,
        address=lambda *_: None,
        mark=lambda: None,
        logs=lambda _: "\n".join(["started", "it works", "", "no memory", "killed"]),
    )

    def copied(_: Scene, _probes: int) -> bool:
        stack.looks += 1
        return False

    monkeypatch.setattr(Scene, "_copied", copied)
    monkeypatch.setattr(Scene, "_forget", lambda _: None)
    monkeypatch.setattr(Scene, "note_account", lambda _: None)
    set_patience(0.001)
    return stack


def test_what_copies_nothing_is_told_with_its_last_words(silent: Any) -> None:
    with pytest.raises(AssertionError) as told:
        Scene(silent).enter(WAY)
    assert str(told.value).splitlines() == [
        "HAProxy with SPOE copies nothing",
        "mirror-agent-spoe said last:",
        "it works",
        "no memory",
        "killed",
    ]


def test_what_copies_nothing_is_looked_at_once_from_then_on(silent: Any) -> None:
    with pytest.raises(AssertionError):
        Scene(silent).enter(WAY)
    set_patience(1)
    looks = silent.looks
    with pytest.raises(AssertionError, match=r"^HAProxy with SPOE copies nothing, as was said$"):
        Scene(silent).enter(WAY)
    assert silent.looks == looks + 1


def test_what_copies_again_is_played_again(silent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError):
        Scene(silent).enter(WAY)
    monkeypatch.setattr(Scene, "_copied", lambda *_: True)
    Scene(silent).enter(WAY)
    assert silent.flowing == {WAY.name}
    assert not silent.silent
