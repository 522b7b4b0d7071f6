"""What a reload may lose is lost, and no more than that."""

from types import SimpleNamespace
from typing import Any

import pytest

from features.support.checks import reloads
from tests.support.test_answers import LOST, answered, refused


def scene(*exchanges: Any) -> Any:
    return SimpleNamespace(exchanges=[*exchanges])


@pytest.mark.parametrize(
    ("exchanges", "told"),
    [
        ((LOST, answered()), ""),
        ((answered(), answered()), "0 of 2 requests got no answer"),
        ((LOST, LOST, LOST), "3 of 3 requests got no answer"),
        ((LOST, refused(status=503), answered()), "1 of 2 requests went wrong"),
    ],
)
def test_so_many_requests_are_lost_and_the_others_served(
    exchanges: tuple[Any, ...], told: str
) -> None:
    said = reloads.check_lost_requests(scene(*exchanges), 1, 2)
    assert (said[0] if said else "") == told


def test_a_reload_is_repeated_until_a_request_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    played = iter([[answered()], [answered(), LOST], [answered()]])
    monkeypatch.setattr(
        reloads, "_reload_under_traffic", lambda _: SimpleNamespace(stop=lambda: next(played))
    )
    found = scene()
    reloads.reload_until(found, "a request", 3)
    assert found.exchanges[1:] == [LOST]
