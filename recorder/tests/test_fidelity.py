"""What a recorder records and answers, seen through raw sockets."""

import hashlib
import json

import pytest
from mirror_recorder.testing import (
    RecorderProcess,
    answer,
    answers,
    chunked,
    eventually,
    request,
)

ALL_BYTES = bytes(range(256)) * 3


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "target",
    [
        b"/a%2Fb//c;p=1?",
        b"/?",
        b"/a/../b/./c",
        b"/\xff\xc3\xa9?\xe9=\x80",
        b"/with space?and more",
        b"*",
        b"http://other.example:81/a?b#c",
        b"/" + b"t" * 20_000,
    ],
)
def test_target_is_recorded_byte_for_byte(recorder: RecorderProcess, target: bytes) -> None:
    response = recorder.ask(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert response.status == 200
    assert recorder.entry()["target"].encode("latin-1") == target


@pytest.mark.parametrize(
    "method", ["GET", "PURGE", "FROB", "get", "OPTIONS", "TRACE", "M-SEARCH", "CONNECT", "DELETE"]
)
def test_any_method_is_answered(recorder: RecorderProcess, method: str) -> None:
    response = recorder.ask(request(method, "host:443", b"body"))
    assert response.status == 200
    entry = recorder.entry()
    assert (entry["method"], entry["length"], entry["version"]) == (method, 4, "1.1")


def test_answer_says_who_answered_what(recorder: RecorderProcess) -> None:
    recorder.ask(request())
    response = recorder.ask(request("PUT", "/p?q", b"12345", X_Request_Id="id-1"))
    document = json.loads(response.body)
    assert response.headers["X-Backend-Name"] == document["backend"] == "shadow"
    assert response.headers["X-Request-Count"] == str(document["request_count"]) == "2"
    assert response.headers["X-Request-Id"] == document["request_id"] == "id-1"
    assert (document["method"], document["path"]) == ("PUT", "/p?q")
    assert document["body_received"] == 5
    assert {"message", "timestamp"} < document.keys()


def test_head_has_headers_and_no_body(recorder: RecorderProcess) -> None:
    with recorder.connect() as sock:
        sock.sendall(request("HEAD") + request("GET"))
        head, get = answers(sock, "HEAD", "GET")
    assert int(head.headers["Content-Length"]) == len(get.body) + len("HEAD") - len("GET")


def test_headers_are_recorded_in_order_with_repeats(recorder: RecorderProcess) -> None:
    head = (
        b"GET / HTTP/1.1\r\nhost: a\r\nHOST: b\r\nX-a: 1\r\nUser-Agent: u\r\nx-A:2\r\nX-Empty:\r\n"
        b"User-Agent: v\r\nX-Raw: \xff\xfe\x0c\t\r\nX-Fold: one\r\n  two\r\n"
        b"X_under.score: \t 3 \r\n"
        b"X-Request-Id: first\r\nX-Request-Id: second\r\n\r\n"
    )
    response = recorder.ask(head)
    entry = recorder.entry()
    assert entry["headers"] == [
        ["host", "a"],
        ["HOST", "b"],
        ["X-a", "1"],
        ["User-Agent", "u"],
        ["x-A", "2"],
        ["X-Empty", ""],
        ["User-Agent", "v"],
        ["X-Raw", "\xff\xfe\x0c"],
        ["X-Fold", "one\r\n  two"],
        ["X_under.score", "3"],
        ["X-Request-Id", "first"],
        ["X-Request-Id", "second"],
    ]
    assert entry["request_id"] == response.headers["X-Request-Id"] == "first"


def test_host_may_be_missing(recorder: RecorderProcess) -> None:
    response = recorder.ask(b"GET / HTTP/1.1\r\n\r\n")
    assert (response.status, recorder.entry()["headers"]) == (200, [])


@pytest.mark.parametrize(
    ("raw", "framing", "body"),
    [
        (request("POST"), "none", b""),
        (request("POST", Content_Length="0"), "length", b""),
        (request("POST", body=ALL_BYTES), "length", ALL_BYTES),
        (request("GET", body=b"x"), "length", b"x"),
        (request("POST", body=ALL_BYTES, Content_Encoding="gzip"), "length", ALL_BYTES),
        (chunked(), "chunked", b""),
        (chunked(ALL_BYTES, b"1", ALL_BYTES), "chunked", ALL_BYTES + b"1" + ALL_BYTES),
        (chunked(*[b"."] * 9000), "chunked", b"." * 9000),
    ],
)
def test_body_and_framing(recorder: RecorderProcess, raw: bytes, framing: str, body: bytes) -> None:
    recorder.ask(raw)
    entry = recorder.entry()
    assert (entry["framing"], entry["length"], entry["sha256"]) == (
        framing,
        len(body),
        sha256(body),
    )


def test_trailers_are_recorded(recorder: RecorderProcess) -> None:
    recorder.ask(chunked(b"x", end=b"0\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n"))
    assert recorder.entry()["trailers"] == [["X-Sum", "1"], ["x-sum", "2"]]


def test_chunked_wins_over_length_and_both_are_shown(recorder: RecorderProcess) -> None:
    recorder.ask(chunked(b"abc").replace(b"Host: a", b"Content-Length: 99"))
    entry = recorder.entry()
    assert (entry["framing"], entry["length"]) == ("chunked", 3)
    assert ["Content-Length", "99"] in entry["headers"]


def test_requests_may_arrive_byte_by_byte(recorder: RecorderProcess) -> None:
    raw = b"\r\n" + request("POST", "/1", ALL_BYTES[:50]) + chunked(b"abc", b"de") + request()
    with recorder.connect() as sock:
        for position in range(len(raw)):
            sock.sendall(raw[position : position + 1])
        counts = [a.headers["X-Request-Count"] for a in answers(sock, "POST", "POST", "GET")]
    assert counts == ["1", "2", "3"]
    assert [e["length"] for e in recorder.journal()] == [50, 5, 0]


def test_pipelined_requests_are_answered_in_order(recorder: RecorderProcess) -> None:
    ids = [f"id-{number}" for number in range(300)]
    with recorder.connect() as sock:
        sock.sendall(b"".join(request(X_Request_Id=i) for i in ids))
        received = answers(sock, *["GET"] * len(ids))
    assert [a.headers["X-Request-Id"] for a in received] == ids
    entries = recorder.journal()
    assert [e["request_id"] for e in entries] == ids
    assert len({e["connection"] for e in entries}) == 1


def test_connections_are_told_apart(recorder: RecorderProcess) -> None:
    with recorder.connect() as first, recorder.connect() as second:
        for sock in (first, second, first):
            sock.sendall(request())
            answer(sock)
        peers = [f"127.0.0.1:{s.getsockname()[1]}" for s in (first, second, first)]
    entries = recorder.journal()
    assert [e["peer"] for e in entries] == peers
    numbers = [e["connection"] for e in entries]
    assert numbers[0] == numbers[2] != numbers[1]


@pytest.mark.parametrize(
    ("raw", "stays"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nConnection: foo, Close\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True),
    ],
)
def test_keep_alive(recorder: RecorderProcess, raw: bytes, stays: bool) -> None:
    with recorder.connect() as sock:
        sock.sendall(raw)
        response = answer(sock)
        if stays:
            sock.sendall(raw)
            assert answer(sock).status == 200
            assert response.headers["Connection"] == ("keep-alive" if b"1.0" in raw else None)
        else:
            assert response.headers["Connection"] == "close"
            assert sock.recv(1) == b""


def test_expect_continue(recorder: RecorderProcess) -> None:
    with recorder.connect() as sock:
        sock.sendall(request("POST", Expect="100-continue", Content_Length="4"))
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"body")
        assert answer(sock).status == 200
    assert recorder.entry()["length"] == 4


def test_health_checks_are_counted_apart(recorder: RecorderProcess) -> None:
    for target in ("/healthz", "/healthz?x", "/healthz/no", "/healthzno"):
        assert recorder.ask(request(target=target)).status == 200
    assert [e["target"] for e in recorder.journal()] == ["/healthz/no", "/healthzno"]
    counters = recorder.counters()
    assert (counters["health_checks"], counters["requests"]) == (2, 2)


def test_a_request_is_seen_while_it_arrives_and_when_it_is_cut(recorder: RecorderProcess) -> None:
    with recorder.connect() as sock:
        sock.sendall(request("POST", Content_Length="1000") + b"part")
        entry = eventually(recorder.journal, lambda e: bool(e) and e[0]["length"] == 4)[0]
        assert (entry["state"], entry["ended"]) == ("receiving", None)
        assert entry["sha256"] == sha256(b"part")
    entry = recorder.entry(state="cut")
    assert entry["at"] < entry["ended"]
    assert (entry["length"], entry["sha256"]) == (4, sha256(b"part"))


def test_a_client_that_does_not_wait_is_recorded_whole(recorder: RecorderProcess) -> None:
    body = ALL_BYTES * 4000
    with recorder.connect() as sock:
        sock.sendall(request("POST", body=body) + request("PUT"))
    whole, small = eventually(recorder.journal, lambda e: len(e) == 2)
    assert (whole["state"], whole["sha256"]) == ("complete", sha256(body))
    assert (small["state"], small["method"]) == ("complete", "PUT")
