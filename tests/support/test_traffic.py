"""The client puts on the wire what it was told, and nothing else; read with raw sockets."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.support.stack import ports
from features.support.waiting import eventually, set_patience
from features.support.wire.client import (
    Address,
    ClientError,
    connection,
    request,
    send,
    send_in_halves,
    send_over,
)
from features.support.wire.exchange import Headers, Sent
from tests.support.raw_server import RawServer


def on_the_wire(sent: Sent) -> bytes:
    with RawServer() as server:
        send(server.address, sent)
    (received,) = server.requests
    return received


def dechunked(body: bytes) -> tuple[bytes, list[int]]:
    """The content of a chunked body, and the size of each chunk."""
    content, sizes = b"", []
    while True:
        size, _, body = body.partition(b"\r\n")
        sizes.append(int(size, 16))
        content, end, body = content + body[: sizes[-1]], *_split(body, sizes[-1])
        assert end == b"\r\n"
        if sizes[-1] == 0:
            assert body == b"", "something follows the last chunk"
            return content, sizes


def _split(body: bytes, at: int) -> tuple[bytes, bytes]:
    return body[at : at + 2], body[at + 2 :]


def test_headers_go_out_in_order_with_repeats_and_as_they_are_spelt() -> None:
    headers = (
        ("hOsT", "a"),
        ("X-Tag", "1"),
        ("Accept", "*/*"),
        ("X-Tag", ""),
        ("x_tag", "caf\xe9 2"),
        ("X-Tag", "1"),
    )
    received = on_the_wire(Sent("PURGE", "/a//b/../%2f?x=1&x=%20;#", headers))
    assert received == (
        b"PURGE /a//b/../%2f?x=1&x=%20;# HTTP/1.1\r\n"
        b"hOsT: a\r\nX-Tag: 1\r\nAccept: */*\r\nX-Tag: \r\nx_tag: caf\xe9 2\r\nX-Tag: 1\r\n\r\n"
    )


def test_no_body_is_not_an_empty_body() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\n"
    host = (("Host", "a"),)
    assert on_the_wire(Sent("POST", "/", host)) == head + b"\r\n"
    assert on_the_wire(Sent("POST", "/", host, b"")) == head + b"Content-Length: 0\r\n\r\n"


def test_a_body_is_framed_by_its_length() -> None:
    received = on_the_wire(Sent("PUT", "/", (), bytes(range(256))))
    assert received == b"PUT / HTTP/1.1\r\nContent-Length: 256\r\n\r\n" + bytes(range(256))


@pytest.mark.parametrize(("body", "first"), [(b"abcdef", b"abc"), (b"abc", b"a")])
def test_the_first_half_of_a_body_is_sent_before_the_second(body: bytes, first: bytes) -> None:
    arrived: list[bytes] = []
    with RawServer() as server:

        def between() -> None:
            arrived.append(eventually(lambda: server.partial, lambda got: got.endswith(first), 5))

        answer = send_in_halves(server.address, Sent("POST", "/", (), body), between)
    head = f"POST / HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert answer.status == 200
    assert arrived == [head + first]
    assert server.requests == [head + body]


def test_a_chunked_body_has_chunks_and_no_length() -> None:
    for size in (0, 1, 7919, 7920, 64 * 1024):
        content = bytes(n % 251 for n in range(size))
        sent = on_the_wire(Sent("POST", "/", (), content, chunked=True))
        head, _, body = sent.partition(b"\r\n\r\n")
        assert head == b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked"
        received, sizes = dechunked(body)
        assert received == content
        assert len(sizes) == -(-size // 7919) + 1


@given(st.sampled_from(["Host", "host", "HOST"]), st.text("abc.", min_size=1))
def test_a_host_that_was_given_is_the_only_one(name: str, host: str) -> None:
    made = request("GET", "/", ((name, host),))
    assert [value for key, value in made.headers if key.lower() == "host"] == [host]


def test_the_whole_answer_is_kept() -> None:
    headers: Headers = (("Content-Length", "3"), ("X-Tag", "1"), ("x-tag", "2"), ("X-Tag", "1"))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    with RawServer(f"HTTP/1.1 418 Teapot\r\n{head}\r\nab\xff".encode("latin-1")) as server:
        answer = send(server.address, request("GET", "/"))
    assert (answer.status, answer.headers, answer.body) == (418, headers, b"ab\xff")


def test_the_answer_to_head_has_no_body_whatever_length_it_tells() -> None:
    with (
        RawServer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n") as server,
        connection(server.address) as link,
    ):
        for _ in range(2):
            assert send_over(link, request("HEAD", "/")).body == b""
    assert server.connections == 1


def test_one_connection_carries_several_requests_and_another_client_has_its_own() -> None:
    with RawServer() as server:
        with connection(server.address) as link:
            for _ in range(3):
                send_over(link, request("GET", "/"))
        assert server.connections == 1
        send(server.address, request("GET", "/"))
    assert server.connections == 2


def test_no_whole_answer_is_an_error_of_the_client() -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf"
    for answer, kind in (
        (None, "ConnectionResetError"),
        (half, "IncompleteRead"),
        (b"what\r\n\r\n", "BadStatusLine"),
        (b"Connection: close", "BadStatusLine"),
    ):
        with RawServer(answer) as server, pytest.raises(ClientError, match=f"^POST /o: {kind}: "):
            send(server.address, request("POST", "/o", body=b"x"))


def test_a_refused_connection_is_an_error_of_the_client() -> None:
    nobody = Address("127.0.0.1", ports.free_port())
    with pytest.raises(ClientError, match=r"^GET /: ConnectionRefusedError: "):
        send(nobody, request("GET", "/"))


def test_a_client_gives_up_when_its_patience_ends() -> None:
    set_patience(0.03)  # of 10 seconds
    started = time.monotonic()
    with RawServer(b"") as server, pytest.raises(ClientError, match=r"^GET /: TimeoutError: "):
        send(server.address, request("GET", "/"))
    assert 0.3 <= time.monotonic() - started < 5
