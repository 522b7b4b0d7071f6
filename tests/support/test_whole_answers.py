"""Which answers clients got whole."""

from features.support.checks.whole_answers import Delivery, Original, check_kept_open, check_whole
from features.support.wire.client import ClientError, Exchange, request
from features.support.wire.exchange import Answer, Headers

ORIGINAL = Original(302, (("Set-Cookie", "a=1"), ("Location", "/next"), ("Set-Cookie", "b=2")))


def delivery(*answers: Answer | ClientError, kept: bool = True) -> Delivery:
    exchanges = [
        Exchange(request("GET", f"/api/{route}"), answer)
        for route, answer in zip(("v1", "v3"), answers, strict=True)
    ]
    return Delivery(ORIGINAL, exchanges, [kept] * 2)


def answer(headers: Headers = ORIGINAL.headers, status: int = 302, size: int = 3000) -> Answer:
    return Answer(status, headers, b"." * size, 0.01)


def test_a_whole_answer() -> None:
    assert not check_whole([delivery(answer(), answer())])


def test_what_is_lost_or_changed_is_told() -> None:
    changed = answer((("Set-Cookie", "a=1"), ("Location", "http://gateway/next")), 200, 7)
    assert check_whole([delivery(changed, answer())]) == [
        "302 on /api/v1: the client got status 200",
        "302 on /api/v1: the client got 7 of 3000 bytes",
        "302 on /api/v1: Set-Cookie is a=1 instead of a=1, b=2",
        "302 on /api/v1: Location is http://gateway/next instead of /next",
        "302: headers on one route only: set-cookie",
    ]


def test_a_header_that_one_route_adds_is_told() -> None:
    more = answer((*ORIGINAL.headers, ("Via", "1.1 x")))
    assert check_whole([delivery(more, answer())]) == ["302: headers on one route only: via"]


def test_no_answer_and_a_closed_connection_are_told() -> None:
    lost = delivery(answer(), ClientError("reset"), kept=False)
    assert "302 on /api/v3: no answer: reset" in check_whole([lost])
    assert check_kept_open([lost])[0].endswith("was closed after status 302")
