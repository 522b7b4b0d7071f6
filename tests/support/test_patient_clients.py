"""Clients that wait, pipeline, are old or listen, against a recorder and a raw server."""

from collections.abc import Iterator
from contextlib import contextmanager

from mirror_recorder.testing import RecorderProcess

from features.support.checks.streaming import check_events, check_gathered
from features.support.wire import patient_clients
from features.support.wire.client import Address, ClientError, request
from features.support.wire.exchange import Answer
from features.support.wire.patient_clients import Listening
from features.support.wire.websocket import converse
from tests.support.raw_server import OK, RawServer

GET = request("GET", "/api/v1/events")


@contextmanager
def recorder(**faults: float) -> Iterator[tuple[RecorderProcess, Address]]:
    with RecorderProcess(name="primary") as process:
        process.faults(**faults)
        yield process, Address("127.0.0.1", process.port)


def test_events_are_timed_one_by_one() -> None:
    with recorder(answer_events=3, answer_pause=0.1) as (_, address):
        heard = patient_clients.listen(address, GET)
    assert not check_events([heard], 3, 0.4)
    assert check_events([heard], 4, 0.4) == ["GET /api/v1/events: 3 of 4 events came"]


def test_an_answer_that_breaks_off_has_no_events() -> None:
    with RawServer(None) as server:
        heard = patient_clients.listen(server.address, GET)
    assert isinstance(heard.delays, ClientError)
    assert check_events([heard], 3, 0.4) == [str(heard.delays)]


def test_events_that_come_together_are_told_from_those_that_flow() -> None:
    flowing, gathered = Listening(GET, [0.01] * 3), Listening(GET, [1.0, 0.51, 0.01])
    assert check_events([gathered], 3, 0.4)[0].endswith("up to 1.00 s, and not 0.4 s at most")
    assert not check_gathered(gathered, flowing, 3, 0.4)
    assert check_gathered(flowing, flowing, 3, 0.4)
    assert check_gathered(gathered, gathered, 3, 0.4)


def test_a_body_is_sent_once_its_client_is_told() -> None:
    sent = request("POST", "/x", body=b"order")
    with recorder() as (process, address):
        answer = patient_clients.send_once_told(address, sent).answer
        assert isinstance(answer, Answer)
        assert answer.request_id == sent.request_id
        assert process.entry()["length"] == 5


def test_who_is_not_told_to_continue_has_no_answer() -> None:
    with RawServer(b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n") as server:
        answer = patient_clients.send_once_told(
            server.address, request("PUT", "/", body=b"")
        ).answer
    assert isinstance(answer, ClientError)
    assert "417" in str(answer)


def test_pipelined_answers_are_matched_in_order() -> None:
    sent = [request("POST", f"/{n}", body=b"x" * n) for n in range(5)]
    with recorder() as (_, address):
        exchanges = patient_clients.send_pipelined(address, sent)
    got = [each.answer.request_id for each in exchanges if isinstance(each.answer, Answer)]
    assert got == [each.request_id for each in sent]


def test_pipelined_requests_without_an_answer_say_why() -> None:
    closing = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answers = iter([closing])
    with RawServer(lambda _: next(answers, b"")) as server:
        exchanges = patient_clients.send_pipelined(server.address, [GET] * 3)
    assert exchanges[0].status == 200
    assert all(isinstance(each.answer, ClientError) for each in exchanges[1:])


def test_a_client_of_http_1_0_says_so() -> None:
    with recorder() as (process, address):
        patient_clients.send_as_1_0(address, request("POST", "/x", body=b"order"))
        entry = process.entry()
    assert (entry["version"], entry["length"]) == ("1.0", 5)


def test_a_session_has_each_message_back() -> None:
    with recorder() as (process, address):
        session = converse(address, "/chat", ["one", b"\x00"], 0.0)
        assert session.error is None
        assert session.got == ["one", b"\x00"]
        assert process.entry(session.request_id)["messages"] == 2


def test_a_session_that_is_refused_says_why() -> None:
    with RawServer() as server:
        session = converse(server.address, "/chat", ["one"], 0.0)
    assert not session.got
    assert "200" in str(session.error)
