"""Uploads that break off, or take their time."""

import time

import pytest

from features.support.waiting import eventually
from features.support.wire.client import ClientError, request
from features.support.wire.exchange import Answer
from features.support.wire.uploads import break_off, send_slowly
from tests.support.raw_server import RawServer

BODY = bytes(range(200)) * 50


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_half_of_a_body_is_sent(reset: bool, chunked: bool) -> None:
    with RawServer() as server:
        sent = request("POST", "/", body=BODY, chunked=chunked)
        assert isinstance(break_off(server.address, sent, reset=reset), ClientError)
        if not reset:  # which may come before what was sent has been read
            body = eventually(
                lambda: server.partial.partition(b"\r\n\r\n")[2], lambda got: len(got) > 4999, 5
            )
            assert BODY[:4000] in body
            assert len(body) < len(BODY)
            assert not body.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_slow_upload_takes_its_time_and_is_whole(chunked: bool) -> None:
    with RawServer() as server:
        began = time.monotonic()
        sent = request("POST", "/", body=BODY, chunked=chunked)
        answer = send_slowly(server.address, sent, seconds=0.2, pieces=5)
        assert time.monotonic() - began >= 0.2
    assert isinstance(answer, Answer)
    assert BODY[-2000:] in server.requests[0]
