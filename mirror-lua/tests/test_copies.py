"""What a copy is made of, where the specification's clients cannot ask for it."""

import subprocess
import uuid

import pytest

from features.support.wire.exchange import Received
from features.support.wire.recorder import Recorder

from .conftest import StartGateway
from .harness import Gateway

pytestmark = pytest.mark.stack

SET_BY_THE_GATEWAY = {"x-forwarded-for", "x-request-id", "x-route"}


@pytest.fixture
def one(start: StartGateway, shadow: Recorder) -> Gateway:
    """A gateway whose shadow is a recorder."""
    return start(shadow.service.port)


def names(received: Received) -> set[str]:
    return {name.lower() for name, _ in received.headers}


def test_an_absolute_target_becomes_one_for_an_origin(one: Gateway, shadow: Recorder) -> None:
    status = one.send_raw(
        b"GET http://host.example/api/v1/absolute?x HTTP/1.1\r\nHost: host.example\r\n"
        b"X-Request-Id: absolute\r\n\r\n"
    )
    copy = shadow.await_request("absolute")
    assert (status, copy.target) == (200, "/api/v1/absolute?x")
    assert ("host", "host.example") in copy.headers


def test_a_copy_of_a_request_without_host_has_an_empty_one(one: Gateway, shadow: Recorder) -> None:
    assert one.send_raw(b"GET /api/v1/old HTTP/1.0\r\nX-Request-Id: old\r\n\r\n") == 200
    assert ("host", "") in shadow.await_request("old").headers


@pytest.mark.parametrize(
    "header",
    [
        "Keep-Alive: timeout=5",
        "Proxy-Connection: keep-alive",
        "Proxy-Authorization: Basic eDp5",
        "Proxy-Authenticate: Basic",
        "TE: trailers",
        "Trailer: X-Sum",
        "Upgrade: h2c",
        "Connection: close",
        "Connection: X-Hop\r\nX-Hop: 1",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAAA",
        "Connection: keep-alive\r\nConnection: x-a ,, X-B\r\nX-A: 1\r\nX-B: 2\r\nX-A: 3",
        "Expect: 100-continue",
        "X-Last: 1\r\nConnection: X-Last",
    ],
)
def test_what_belongs_to_the_connection_is_not_copied(
    one: Gateway, shadow: Recorder, header: str
) -> None:
    head = f"GET /api/v1/hop HTTP/1.1\r\nHost: a\r\nX-Request-Id: hop\r\n{header}\r\nX-End: 1"
    assert one.send_raw(f"{head}\r\n\r\n".encode()) == 200
    sent = {line.partition(":")[0].lower() for line in header.split("\r\n")}
    copied = names(shadow.await_request("hop"))
    assert not copied & (sent | {"connection"})
    assert {"host", "x-end", *SET_BY_THE_GATEWAY} <= copied


@pytest.mark.parametrize(
    "nominated",
    ["host, x-mirrored-by", "X-Forwarded-For, X-Request-Id", "x-route,X-REQUEST-ID,close"],
)
def test_connection_cannot_take_off_a_copy_what_the_gateway_has_set(
    one: Gateway, shadow: Recorder, nominated: str
) -> None:
    head = b"GET /api/v1 HTTP/1.1\r\nHost: a\r\nX-Request-Id: nominated\r\nX-Forwarded-For: me\r\n"
    assert one.send_raw(head + b"Connection: %s\r\n\r\n" % nominated.encode()) == 200
    copy = shadow.await_request("nominated")
    assert {"host", "x-mirrored-by", *SET_BY_THE_GATEWAY} <= names(copy)
    assert ("x-forwarded-for", "127.0.0.1") in copy.headers


def test_what_the_gateway_sets_can_be_told(start: StartGateway, shadow: Recorder) -> None:
    own = start(shadow.service.port, MIRROR_KEEP="X-Ours, X-Request-Id")
    head = b"GET /api/v1 HTTP/1.1\r\nHost: a\r\nX-Request-Id: told\r\nX-Ours: 1\r\n"
    assert own.send_raw(head + b"Connection: x-ours, x-route\r\n\r\n") == 200
    copied = names(shadow.await_request("told"))
    assert "x-ours" in copied
    assert "x-route" not in copied


HTTP2 = (
    "HTTP2" in subprocess.run(["curl", "-V"], capture_output=True, text=True, check=False).stdout
)
needs_http2 = pytest.mark.skipif(not HTTP2, reason="needs curl with HTTP/2")


def http2(to: Gateway, name: str, body: bytes, *flags: str) -> str:
    """Send a request over HTTP/2: its status, "000" when it was refused."""
    return subprocess.run(
        ["curl", "-sS", "--http2-prior-knowledge", "-o", "/dev/null",
         "-w", "%{http_version} %{http_code}", "-H", f"X-Request-Id: {name}", *flags,
         f"http://{to.entry}/api/v1/h2?a=b"],
        input=body, capture_output=True, check=False,
    ).stdout.decode()  # fmt: skip


@needs_http2
@pytest.mark.parametrize(
    ("flags", "body", "framing"),
    [
        (["-X", "GET"], b"", "none"),
        (["-X", "DELETE"], b"", "none"),
        (["--data-binary", "@-"], b"with a length", "length"),
        (["-T", "-", "-X", "PATCH"], b"without a length", "length"),
        (["-T", "-"], bytes(range(256)) * 2000, "length"),
        (["-T", "-", "-X", "PUT"], b"", "none"),
    ],
)
def test_http2_is_copied_as_http1(
    one: Gateway, shadow: Recorder, primary: Recorder, flags: list[str], body: bytes, framing: str
) -> None:
    name = str(uuid.uuid4())
    assert http2(one, name, body, *flags) == "2 200"
    copy = shadow.await_request(name)
    assert (copy.target, copy.framing) == ("/api/v1/h2?a=b", framing)
    assert copy.sha256 == primary.await_request(name).sha256
    assert ("host", str(one.entry)) in copy.headers


@needs_http2
@pytest.mark.parametrize("announced", ["9", "4"])
def test_a_body_that_is_not_as_long_as_announced_is_not_copied(
    one: Gateway, shadow: Recorder, announced: str
) -> None:
    """HAProxy 2.8 hands such a request to its filters as if it were whole."""
    flags = ("--data-binary", "@-", "-H", f"Content-Length: {announced}", "-m", "2")
    http2(one, "wrong", b"12345", *flags)
    one.settled(sent=0)
    assert one.ask() == 200
    figures = one.settled(sent=1)
    assert figures["seen"] == 1 + figures["cut"]
    assert not shadow.copies_of("wrong")


def test_a_websocket_is_copied_as_a_request_like_any_other(one: Gateway, shadow: Recorder) -> None:
    """Else a client could keep its requests from being copied by a header."""
    handshake = (
        ("Connection", "Upgrade"), ("Upgrade", "WebSocket"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13"),
    )  # fmt: skip
    assert one.ask(target="/api/v1/socket", headers=handshake) == 101
    one.settled(seen=1, sent=1)
    (copy,) = shadow.received()
    assert copy.target == "/api/v1/socket"
    assert not {"connection", "upgrade"} & {name.lower() for name, _ in copy.headers}
