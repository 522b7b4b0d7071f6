"""Which early hints reached clients."""

from features.support.checks.streaming import check_hints, check_hints_kept_back
from features.support.wire.client import ClientError, Exchange, request
from features.support.wire.exchange import Answer
from features.support.wire.patient_clients import Hinted

HINT = Answer(103, (("Link", "</style.css>"),), b"", 0.0)
WHOLE = Answer(200, (), b"answer", 0.1)


def hinted(*interim: Answer, answer: Answer | ClientError = WHOLE) -> Hinted:
    return Hinted(Exchange(request("GET", "/api/v1"), answer), interim)


def test_the_same_hints_on_both_routes() -> None:
    assert not check_hints([hinted(HINT), hinted(HINT), hinted(), hinted()])


def test_hints_or_an_answer_on_one_route_alone_are_told() -> None:
    lost = hinted(HINT, answer=ClientError("timed out"))
    assert len(check_hints([hinted(), hinted(HINT), lost, hinted(HINT)])) == 2


def test_hints_that_are_not_kept_back_are_told() -> None:
    assert not check_hints_kept_back([hinted(), hinted(HINT)])
    assert len(check_hints_kept_back([hinted(HINT), hinted(HINT)])) == 1
    assert len(check_hints_kept_back([hinted(), hinted()])) == 1
