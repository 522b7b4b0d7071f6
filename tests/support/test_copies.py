"""Judging copies by what they are copies of."""

from dataclasses import replace
from typing import Any

import pytest

from features.support.checks import copies
from features.support.wire import payloads
from features.support.wire.exchange import Received, Sent
from tests.support.test_exchange import arrival

HEADERS = (
    ("Host", "shop.example"),
    ("X-Request-Id", "1"),
    ("X-Tag", "a"),
    ("Accept", "b"),
    ("X-Tag", "c"),
    ("Cookie", "session=1"),
)
SENT = Sent("POST", "/api/v1/x", HEADERS, b"order")


def received(**changes: Any) -> Received:
    marked = (*HEADERS[:-1], ("X-Mirrored-By", "secret"), ("X-Forwarded-For", "192.0.2.1"))
    return replace(arrival(SENT), **{"service": "shadow", "headers": marked, **changes})


def test_a_faithful_copy_bears_a_marker_and_lacks_credentials() -> None:
    arrived = {"1": received()}
    assert copies.check_contents([SENT], arrived) == []
    assert copies.check_headers([SENT], arrived) == []
    assert copies.markers(received()) == ["secret"]
    assert copies.credentials(received()) == []


@pytest.mark.parametrize(
    "changes",
    [{"method": "GET"}, {"target": "/api/v1"}, {"length": 4}, {"sha256": "0"}, {"state": "cut"}],
)
def test_an_unfaithful_copy_is_told(changes: dict[str, object]) -> None:
    assert copies.check_contents([SENT], {"1": received(**changes)})


def test_credentials_on_a_copy_are_told() -> None:
    kept = received(headers=HEADERS)
    assert copies.credentials(kept) == ["Cookie: session=1"]
    assert copies.check_headers([SENT], {"1": kept})


def test_another_order_is_told_apart_from_other_headers() -> None:
    swapped = received(headers=(HEADERS[3], *HEADERS[:3], HEADERS[4]))
    assert copies.check_headers([SENT], {"1": swapped})
    assert copies.check_only_reordered([SENT], {"1": swapped}) == []
    lost = {"1": received(headers=HEADERS[:4])}
    assert copies.check_only_reordered([SENT], lost) == copies.check_headers([SENT], lost) != []
    (held,) = copies.check_only_reordered([SENT], {"1": received()})
    assert held == "every header came in its order: the limit is no more"


def test_requests_on_two_routes_are_compared_without_id_and_route() -> None:
    other = received(
        target="/api/v3/x",
        headers=(("Host", "shop.example"), ("X-Request-Id", "2"), *received().headers[2:]),
    )
    assert copies.check_same_request(received(), other) == []
    assert copies.check_same_request(
        received(), received(method="PUT", framing="chunked", length=1)
    )


def test_the_marker_is_there_once() -> None:
    assert copies.check_marker(received(), "secret") == []
    assert copies.check_marker(received(headers=HEADERS), "secret") == [
        "POST /api/v1/x: the copy has no marker"
    ]


def test_credentials_arrive_all_but_the_lost_one() -> None:
    sent = payloads.HEADERS["credentials"]
    assert copies.check_credentials(received(headers=sent)) == []
    lowered = tuple((name.lower(), value) for name, value in sent)
    assert copies.check_credentials(received(headers=lowered[:2]), "Proxy-Authorization") == []
    assert copies.check_credentials(received(headers=sent[1:])) == [
        "authorization did not arrive as it was sent"
    ]
