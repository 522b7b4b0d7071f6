"""What a copy is made of."""

import subprocess
import zlib

import pytest
from mirror_recorder.testing import RecorderProcess

from .both import Both, fields, sha256
from .conftest import StartGateway

pytestmark = pytest.mark.stack


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"]
)
@pytest.mark.parametrize("body", [None, b"", b"x=1"])
def test_methods_and_framing_are_kept(both: Both, method: str, body: bytes | None) -> None:
    status, name = both.ask(method, "/api/v1/method", body)
    copy = both.copy(name)
    framing = "none" if body is None else "length"
    assert (status, copy["method"], copy["framing"]) == (200, method, framing)
    assert copy["length"] == len(body or b"")


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1",
        "/api/v1?",
        "/api/v1/?a=b&a=b",
        "/api/v1/a%2Fb//c;d=1/./?q=%20&x",
        "/api/v1/../v1/%2e%2e/%00",
        "/api/v1/%C3%A9?%zz",
        "/api/v1/" + "x" * 8000,
        "/api/v1/?" + "&".join(f"k{i}=v" for i in range(500)),
    ],
)
def test_the_target_is_kept_byte_for_byte(both: Both, target: str) -> None:
    _, name = both.ask("GET", target)
    assert both.copy(name)["target"] == target == both.original(name)["target"]


def test_an_absolute_target_becomes_one_for_an_origin(both: Both) -> None:
    status = both.send(
        b"GET http://host.example/api/v1/absolute?x HTTP/1.1\r\nHost: host.example\r\n"
        b"X-Request-Id: absolute\r\n\r\n"
    )
    copy = both.copy("absolute")
    assert (status, copy["target"]) == (200, "/api/v1/absolute?x")
    assert ("host", "host.example") in fields(copy)


def test_headers_are_the_primarys_in_order_with_repeats_and_the_marker_at_the_end(
    both: Both,
) -> None:
    with both.gateway.client() as client:
        headers = [
            *(("X-Repeated", str(number)) for number in range(3)),
            ("X-Empty", ""),
            ("X-Between", "a,  b ; c"),
            ("X-Repeated", "again"),
            ("X-Long", "v" * 6000),
            ("X-Latin", "caf\xe9"),
            *((f"X-Many-{number}", "many") for number in range(50)),
        ]
        _, name = client.ask("GET", "/api/v1/headers", headers=headers)
    copy, original = fields(both.copy(name)), fields(both.original(name))
    assert copy[:-1] == original
    assert copy[-1][0] == "x-mirrored-by"
    assert [pair for pair in copy if pair[0] == "x-repeated"] == [
        ("x-repeated", value) for value in ("0", "1", "2", "again")
    ]


def test_the_host_is_kept(both: Both) -> None:
    with both.gateway.client() as client:
        client.connection.putrequest("GET", "/api/v1", skip_host=True)
        client.connection.putheader("Host", "shop.example:8443")
        client.connection.putheader("X-Request-Id", "host")
        client.connection.endheaders()
        client.connection.getresponse().read()
    assert ("host", "shop.example:8443") in fields(both.copy("host"))


def test_a_copy_of_a_request_without_host_has_an_empty_one(both: Both) -> None:
    status = both.send(b"GET /api/v1/old HTTP/1.0\r\nX-Request-Id: old\r\n\r\n")
    copy = both.copy("old")
    assert (status, copy["version"]) == (200, "1.1")
    assert ("host", "") in fields(copy)


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
def test_what_belongs_to_the_connection_is_not_copied(both: Both, header: str) -> None:
    name = f"hop-{zlib.crc32(header.encode())}"
    head = f"GET /api/v1/hop HTTP/1.1\r\nHost: a\r\nX-Request-Id: {name}\r\n{header}\r\nX-End: 1"
    assert both.send(f"{head}\r\n\r\n".encode()) == 200
    sent = {line.partition(":")[0].lower() for line in header.split("\r\n")}
    copied = {key for key, _ in fields(both.copy(name))}
    assert not copied & (sent | {"connection"})
    assert {"host", "x-request-id", "x-end", "x-forwarded-for"} <= copied


def test_connection_cannot_take_the_host_or_the_marker_off_a_copy(both: Both) -> None:
    head = b"GET /api/v1 HTTP/1.1\r\nHost: a\r\nX-Request-Id: nominated\r\n"
    assert both.send(head + b"Connection: host, x-mirrored-by\r\n\r\n") == 200
    copied = {key for key, _ in fields(both.copy("nominated"))}
    assert {"host", "x-mirrored-by"} <= copied


def test_credentials_are_removed_on_the_copy_only(both: Both) -> None:
    secrets = {"Authorization": "Bearer x", "Cookie": "session=1", "X-Authorization": "no"}
    _, name = both.ask("GET", "/api/v1/secret", headers=secrets)
    copied, original = dict(fields(both.copy(name))), dict(fields(both.original(name)))
    assert not {"authorization", "cookie"} & set(copied)
    assert copied["x-authorization"] == "no"
    assert (original["authorization"], original["cookie"]) == ("Bearer x", "session=1")


HTTP2 = (
    "HTTP2" in subprocess.run(["curl", "-V"], capture_output=True, text=True, check=False).stdout
)


@pytest.mark.skipif(not HTTP2, reason="needs curl with HTTP/2")
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
def test_http2_is_copied_as_http1(both: Both, flags: list[str], body: bytes, framing: str) -> None:
    name = f"h2-{'-'.join(flags)}-{len(body)}"
    outcome = subprocess.run(
        ["curl", "-sS", "--http2-prior-knowledge", "-o", "/dev/null", "-w", "%{http_version}",
         "-H", f"X-Request-Id: {name}", *flags,
         f"http://127.0.0.1:{both.gateway.port}/api/v1/h2?a=b"],
        input=body, capture_output=True, check=False,
    )  # fmt: skip
    assert outcome.stdout == b"2", outcome.stderr
    copy = both.copy(name)
    assert (copy["target"], copy["version"]) == ("/api/v1/h2?a=b", "1.1")
    assert (copy["framing"], copy["sha256"]) == (framing, sha256(body))
    assert ("host", f"127.0.0.1:{both.gateway.port}") in fields(copy)


def test_requests_that_are_refused_or_not_selected_are_not_copied(
    start: StartGateway, shadow: RecorderProcess
) -> None:
    gateway = start(shadow.port)
    statuses = [
        gateway.ask(method, target)[0]
        for method, target in [
            ("GET", "/api/v3"), ("GET", "/other"), ("BREW", "/api/v1"), ("PUT", "/api/v2"),
            ("GET", "/api/v10"), ("GET", "/health"),
        ]
    ]  # fmt: skip
    assert statuses == [200, 404, 405, 405, 404, 200]
    _, sentinel = gateway.ask("GET", "/api/v1/sentinel")
    gateway.settled(seen=1, sent=1)
    assert [entry["request_id"] for entry in shadow.journal()] == [sentinel]


def test_a_websocket_is_counted_and_not_copied(
    start: StartGateway, shadow: RecorderProcess
) -> None:
    gateway = start(shadow.port)
    handshake = {
        "Connection": "Upgrade", "Upgrade": "WebSocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
    }  # fmt: skip
    assert gateway.ask("GET", "/api/v1/socket", headers=handshake)[0] == 200
    _, sentinel = gateway.ask("GET", "/api/v1/sentinel")
    gateway.settled(seen=2, sent=1, tunnel=1)
    assert [entry["request_id"] for entry in shadow.journal()] == [sentinel]
