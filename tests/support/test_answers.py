"""Each judgement: what is well has nothing wrong, and each way to be wrong is named."""

from dataclasses import replace

import pytest

from features.support.checks import answers
from features.support.wire.client import ClientError, Exchange, request
from features.support.wire.exchange import Answer, Headers, Received, Sent
from tests.support.test_exchange import arrival

SENT = request("GET", "/api/v1")
LOST = Exchange(SENT, ClientError("GET /api/v1: ConnectionResetError: reset"))


def answered(
    sent: Sent = SENT,
    status: int = 200,
    service: str | None = "primary",
    headers: Headers = (),
    body: bytes = b"",
) -> Exchange:
    own = ((("X-Backend-Name", service),) if service else ()) + (
        (("X-Request-Id", sent.request_id),) if sent.request_id and service else ()
    )
    return Exchange(sent, Answer(status, (*own, *headers), body, 0.1))


def refused(status: int = 405, allow: str = "") -> Exchange:
    return answered(status=status, service=None, headers=(("allow", allow),) if allow else ())


def arrived(*ids: str | None) -> list[Received]:
    return [replace(arrival(SENT), request_id=each) for each in ids]


def with_ids(*ids: tuple[str, ...]) -> list[Received]:
    named = [tuple(("X-Request-Id", each) for each in some) for some in ids]
    return [replace(arrival(SENT), headers=each) for each in named]


@pytest.mark.parametrize(
    ("exchange", "wrong"),
    [
        (answered(), []),
        (answered(request("GET", "/", with_id=False)), []),
        (LOST, [f"GET /api/v1: the client got no answer: {LOST.answer}"]),
        (answered(service="shadow"), ["GET /api/v1: status 200 came from shadow"]),
        (answered(service=None, status=503), ["GET /api/v1: status 503 came from the gateway"]),
        (answered(status=500), ["GET /api/v1: the primary's status was 500"]),
        (
            Exchange(SENT, answered(replace(SENT, headers=(("X-Request-Id", "b"),))).answer),
            ["GET /api/v1: got the answer to request b"],
        ),
    ],
)
def test_the_primarys_answer(exchange: Exchange, wrong: list[str]) -> None:
    assert answers.check_answer(exchange) == wrong


def test_every_answer_must_be_the_primarys() -> None:
    assert answers.check_answers([answered()] * 3) == []
    assert answers.check_answers([]) == ["nothing was sent"]
    found = answers.check_answers([answered()] * 91 + [answered(status=500)] * 9)
    assert found[0] == "9 of 100 requests went wrong"
    assert len(found) == 6, "the message is as long as the run"


@pytest.mark.parametrize(
    ("exchange", "allowed", "wrong"),
    [
        (refused(), None, []),
        (refused(allow="GET"), "GET", []),
        (refused(200), None, ["status 200 instead of 405"]),
        (answered(status=405), None, ["the answer came from the primary"]),
        (refused(), "GET", ["Allow is None instead of 'GET'"]),
        (refused(allow="GET, PUT"), "GET", ["Allow is 'GET, PUT' instead of 'GET'"]),
        (LOST, None, [f"the client got no answer: {LOST.answer}"]),
    ],
)
def test_the_gateways_own_refusal(
    exchange: Exchange, allowed: str | None, wrong: list[str]
) -> None:
    assert answers.check_refusal(exchange, 405, allowed) == wrong


def test_an_answer_in_time() -> None:
    assert answers.check_duration(answered(), 0.2) == []
    assert "not answered within 0.05 s" in answers.check_duration(answered(), 0.05)[0]
    assert answers.check_duration(LOST, 10)


@pytest.mark.parametrize(
    ("ids", "received", "wrong"),
    [
        (["a", "b"], arrived("b", "a"), []),
        (["a", "b"], arrived("a"), ["1 of 2 never arrived: b"]),
        (["a", "b"], arrived("a", "b", "a"), ["1 arrived more than once: a"]),
        (["a"], arrived("a", "z"), ["1 arrived that were never sent"]),
        (["a"], arrived("a", None), ["1 arrived that were never sent"]),
        ([], [], ["nothing was sent"]),
    ],
)
def test_each_request_exactly_once(
    ids: list[str], received: list[Received], wrong: list[str]
) -> None:
    assert answers.check_exactly_once(ids, received) == wrong


@pytest.mark.parametrize(
    ("received", "wrong"),
    [
        (with_ids(("a",), ("b",)), []),
        (with_ids(("a",)), ["1 requests arrived instead of 2"]),
        (with_ids(("a",), ("a",)), ["2 requests have only 1 different ids"]),
        (with_ids(("a",), ("",)), ["a request has the ids nothing"]),
        (
            with_ids(("a",), ()),
            ["a request has the ids nothing", "2 requests have only 1 different ids"],
        ),
    ],
)
def test_one_id_each(received: list[Received], wrong: list[str]) -> None:
    assert answers.check_unique_ids(received, 2) == wrong


def test_two_ids_in_one_request_are_found() -> None:
    twice = answers.check_unique_ids(with_ids(("a", "b")), 1)
    assert twice[0] == "a request has the ids a, b"


def test_headers_that_name_the_software() -> None:
    silent = answered(headers=(("Content-Type", "text/plain"), ("Date", "Tue, 24 Nov 2026")))
    assert answers.check_software_hidden([silent, LOST]) == []
    for told in ("Server: x", "Via: 1.1 gw", "X-Powered-By: y", "X-A: HAProxy", "X-B: 2.8.5"):
        name, _, value = told.partition(": ")
        telling = answered(headers=((name, value),))
        assert answers.check_software_hidden([silent, telling]) == [
            f"GET /api/v1: the answer has {told}"
        ]


def test_a_body_of_the_gateways_own_that_names_the_software() -> None:
    assert answers.check_software_hidden([answered(service=None, body=b"<p>nginx</p>")])
    assert not answers.check_software_hidden([answered(body=b"the primary may say nginx")])
