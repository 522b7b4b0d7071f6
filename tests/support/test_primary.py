"""Judging what clients were told when the primary failed."""

from features.support.checks import primary
from features.support.wire.client import ClientError, Exchange, request
from features.support.wire.exchange import Answer


def exchange(route: str, status: int | None, body: bytes = b"") -> Exchange:
    answer = ClientError("IncompleteRead") if status is None else Answer(status, (), body, 0.1)
    return Exchange(request("GET", f"/api/{route}"), answer)


def test_the_same_error_on_both_routes_is_right() -> None:
    assert not primary.check_same_failure([exchange("v1", 502), exchange("v3", 502)])
    assert not primary.check_same_failure([exchange("v1", None), exchange("v3", None)])


def test_an_error_that_differs_is_told() -> None:
    (told,) = primary.check_same_failure([exchange("v1", 503), exchange("v3", 502)])
    assert told == "clients got status 503 on v1, and status 502 on v3"
    assert primary.check_same_failure([exchange("v1", 502), exchange("v3", None)])


def test_success_is_wrong_even_on_both_routes() -> None:
    told = primary.check_same_failure([exchange("v1", 200), exchange("v3", 200)])
    assert told == [f"/api/{route}: status 200 looks like success" for route in ("v1", "v3")]


def test_only_an_empty_success_on_v1_is_one() -> None:
    assert not primary.check_empty_successes([exchange("v1", 200), exchange("v3", 502)])
    assert primary.check_empty_successes([exchange("v1", 200, b"x")])
    assert primary.check_empty_successes([exchange("v1", 502)])
    assert primary.check_empty_successes([exchange("v1", None)])
