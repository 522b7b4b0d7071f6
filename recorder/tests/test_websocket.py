"""WebSocket sessions with a recorder: what comes back, what is counted, how they end."""

import pytest
from mirror_recorder.testing import RecorderProcess, answers, eventually, request
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

_OPENING = {
    "Connection": "keep-alive, Upgrade",
    "Upgrade": "WebSocket",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec_WebSocket_Version": "13",
}


def opened(recorder: RecorderProcess) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{recorder.port}/chat", proxy=None)


def test_messages_come_back_and_are_counted(recorder: RecorderProcess) -> None:
    with opened(recorder) as session:
        for message in ("", "text", b"\x00\xff", "x" * 200_000):
            session.send(message)
            assert session.recv(timeout=2) == message
        session.send(["in ", "two"])
        assert session.recv(timeout=2) == "in two"
    entry = recorder.entry()
    assert (entry["method"], entry["target"], entry["messages"]) == ("GET", "/chat", 5)
    eventually(lambda: recorder.counters()["open"], lambda count: count == 0)


def test_pings_are_answered_and_no_messages(recorder: RecorderProcess) -> None:
    with opened(recorder) as session:
        assert session.ping().wait(2)
    assert recorder.entry()["messages"] == 0


def test_a_message_that_is_too_large_ends_the_session(recorder: RecorderProcess) -> None:
    with opened(recorder) as session:
        session.send(b"." * (1024 * 1024 + 1))
        with pytest.raises(ConnectionClosed):
            session.recv(timeout=2)


def test_other_requests_are_answered_as_ever(recorder: RecorderProcess) -> None:
    without = {k: v for k, v in _OPENING.items() if k != "Connection"}
    with recorder.connect() as sock:
        sock.sendall(request("POST", "/x", b"", **_OPENING) + request("GET", "/x", b"", **without))
        assert [each.status for each in answers(sock, "POST", "GET")] == [200, 200]


def test_an_opening_that_is_wrong_is_refused(recorder: RecorderProcess) -> None:
    wrong = _OPENING | {"Sec_WebSocket_Version": "8"}
    assert recorder.ask(request("GET", "/chat", b"", **wrong)).status == 400
    assert recorder.entry()["messages"] is None
    eventually(lambda: recorder.counters()["open"], lambda count: count == 0)


def test_under_a_fault_nothing_is_opened(recorder: RecorderProcess) -> None:
    recorder.faults(status=503)
    assert recorder.ask(request("GET", "/chat", b"", **_OPENING)).status == 503
