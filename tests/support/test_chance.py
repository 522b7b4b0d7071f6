"""Whether draws among many clients look like chance."""

import random
from collections.abc import Callable
from typing import cast

import pytest

from features.support.checks import chance, sampled_copies
from features.support.scene import Scene
from features.support.wire.client import Exchange, request
from features.support.wire.exchange import Answer

CLIENTS, TIMES = 50, 25


class FakeScene:
    """A scene in which so many clients sent at so many moments."""

    def __init__(self) -> None:
        answer = Answer(200, (), b"", 0.01)
        self.exchanges = [
            Exchange(request("POST" if (n // CLIENTS + n) % 2 else "GET", "/"), answer)
            for n in range(CLIENTS * TIMES)
        ]


def wrong(monkeypatch: pytest.MonkeyPatch, draw: Callable[[int, int], bool]) -> str:
    drawn = [draw(n // CLIENTS, n % CLIENTS) for n in range(CLIENTS * TIMES)]
    monkeypatch.setattr(sampled_copies, "draws", lambda _: drawn)
    return "; ".join(chance.check_among_clients(cast(Scene, FakeScene()), CLIENTS))


def test_chance_is_taken_for_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(20):
        fair = random.Random(seed)
        assert not wrong(monkeypatch, lambda *_, fair=fair: fair.random() < 0.5)


def test_what_is_no_chance_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "25 of 25 moments" in wrong(monkeypatch, lambda moment, _: moment % 2 == 0)
    assert "50 of 50 clients" in wrong(monkeypatch, lambda _, client: client % 2 == 0)
    by_turn = wrong(monkeypatch, lambda moment, client: (moment // 2 + client) % 2 == 0)
    assert "of each moment exactly 25 of 50 requests were copied" in by_turn
