"""Which figures tell of a fate of copies, and what is told of figures that do not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import pytest

from features.support.checks import fates
from features.support.checks.fates import Event
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.fate import Fate, FateFigures
from features.support.scene import Scene

NAMES: Mapping[Fate, str] = {
    "answers too late": "late",
    "hangs up": "502",
    "does not listen": "502",
}
LATE = Event("answers too late", {"late": 1, "502": 4}, lambda: 3)
RESET = Event("hangs up", {"late": 1, "502": 4}, lambda: 3)


class FakeScene:
    """A scene whose gateway tells these figures."""

    def __init__(self, **told: int) -> None:
        self.stack = None
        figures = FateFigures(lambda *_: told, NAMES)  # type: ignore[var-annotated]
        self.in_front = replace(CATALOGUE["Nginx"], figures=figures)


def scene(**told: int) -> Scene:
    return cast(Scene, FakeScene(**told))


@pytest.fixture(autouse=True)
def no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fates, "_COUNTED_WITHIN", 0)
    monkeypatch.setattr(fates, "_NOTHING_WITHIN", 0)


def test_a_figure_of_its_own() -> None:
    assert not fates.check_own_figure(scene(late=4, **{"502": 4}), LATE)


def test_what_was_counted_elsewhere_is_told() -> None:
    assert fates.check_own_figure(scene(late=1, **{"502": 7}), LATE) == [
        "3 requests met this: answers too late; late grew by 0",
        "502 grew by 3, though nothing but this happened: answers too late",
    ]


def test_a_figure_that_is_shared_or_absent_is_none_of_its_own() -> None:
    assert fates.check_own_figure(scene(**{"502": 7}), RESET) == [
        "502 counts as well: does not listen"
    ]
    absent = Event("loop", {}, lambda: 3)
    assert "has no figure" in fates.check_own_figure(scene(), absent)[0]


def test_a_shared_figure() -> None:
    assert not fates.check_shared_figure(scene(**{"502": 7}), RESET)
    assert fates.check_shared_figure(scene(**{"502": 5}), RESET)
    assert "the limit is no more" in fates.check_shared_figure(scene(late=4), LATE)[0]


def test_no_figure() -> None:
    nothing = Event("loop", {"late": 1}, lambda: 3)
    assert not fates.check_no_figure(scene(late=1), nothing)
    assert fates.check_no_figure(scene(late=2), nothing) == ["late grew by 1"]
    assert "the limit is no more" in fates.check_no_figure(scene(), LATE)[0]
