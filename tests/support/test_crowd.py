"""Many clients in one thread."""

import pytest

from features.support.wire.client import ClientError
from features.support.wire.crowd import Crowd, parsed
from features.support.wire.exchange import Answer
from tests.support.raw_server import RawServer

TARGETS = ("/a", "/b")


def test_each_client_asks_each_target_as_often_over_connections_that_it_keeps() -> None:
    with RawServer() as server:
        done = Crowd(server.address, TARGETS, clients=5, rounds=4).send()
        assert server.connections == 10
    assert sorted(each.sent.target for each in done) == ["/a"] * 20 + ["/b"] * 20
    assert {each.status for each in done} == {200}


def test_who_keeps_no_connection_opens_one_for_each_request() -> None:
    with RawServer() as server:
        Crowd(server.address, TARGETS, clients=1, rounds=4, kept=False).send()
        assert server.connections == 8


def test_who_comes_first_changes() -> None:
    with RawServer() as server:
        done = Crowd(server.address, TARGETS, clients=1, rounds=2).send()
    assert [each.sent.target for each in done] == ["/b", "/a", "/a", "/b"]


def test_clients_pause() -> None:
    with RawServer() as server:
        done = Crowd(server.address, TARGETS, clients=3, rounds=3, pause=0.01).send()
    assert len(done) == 18


def test_a_reset_is_an_outcome_and_the_client_goes_on() -> None:
    with RawServer(None) as server:
        done = Crowd(server.address, ("/a",), clients=1, rounds=2).send()
    assert [type(each.answer) for each in done] == [ClientError] * 2


def test_a_crowd_that_is_kept_waiting_gives_up() -> None:
    with RawServer(None) as server:
        done = Crowd(server.address, ("/a",), clients=1, rounds=100).send()
    assert 3 < len(done) < 10


@pytest.mark.parametrize(
    ("got", "ended", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", False, b"ok"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", False, None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", False, None),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            False,
            b"ok",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", False, None),
        (b"HTTP/1.1 204 No Content\r\n\r\n", False, b""),
        (b"HTTP/1.1 200 OK\r\n\r\nok", False, None),
        (b"HTTP/1.1 200 OK\r\n\r\nok", True, b"ok"),
    ],
)
def test_an_answer_is_whole_or_not(got: bytes, ended: bool, body: bytes | None) -> None:
    answer = parsed(got, 0.5, ended=ended)
    assert (answer.body if isinstance(answer, Answer) else None) == body
