"""What a copy looks like, and which requests have none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror_agent.account import CUT, LOOP, MALFORMED, Account
from mirror_agent.copying import Copier, Host, NotCopied
from mirror_agent.header_names import HOP_BY_HOP
from mirror_agent.request import Request

SHADOW = Host(b"Host: shadow:8081\r\n", replace=False)


def block(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def copier(
    value: str | None = None, remove: tuple[str, ...] = (), send_cut: bool = False
) -> Copier:
    return Copier(Account(), "X-Mirrored-By", value, remove, send_cut)


def copied(request: Request, by: Copier | None = None, host: Host = SHADOW) -> list[str]:
    """The lines of a copy."""
    by = by or copier()
    lines = by.copy(request, by.draft(request), host).decode().split("\r\n")
    passed = [line for line in lines if line.startswith("X-Mirror-Passed: ")]
    assert len(passed) == 1
    return [line for line in lines if line not in passed]


def request(*lines: str, body: bytes = b"", announced: int | None = 0, **more: bytes) -> Request:
    method, target = more.get("method", b"GET"), more.get("target", b"/api/v1/x")
    return Request(method, target, block("host: a.example", *lines), body, announced, 16384)


def reason(request: Request, by: Copier | None = None) -> str:
    with pytest.raises(NotCopied) as outcome:
        (by or copier()).draft(request)
    return outcome.value.reason


def test_a_copy_is_the_request_with_a_marker() -> None:
    lines = copied(request("x-a: 1", "x-b: ", "x-a: 2", target=b"/api//v1/%2F;x?a=%20&b"))
    assert lines == [
        "GET /api//v1/%2F;x?a=%20&b HTTP/1.1",
        "host: a.example",
        "x-a: 1",
        "x-b: ",
        "x-a: 2",
        "X-Mirrored-By: mirror-agent",
        "",
        "",
    ]


@pytest.mark.parametrize("name", HOP_BY_HOP)
def test_what_belongs_to_the_connection_is_not_copied(name: str) -> None:
    lines = copied(request(f"{name.title()}: x", "x-kept: 1"))
    assert [line for line in lines if line.lower().startswith(name)] == []
    assert "x-kept: 1" in lines


def test_headers_named_by_connection_are_not_copied() -> None:
    lines = copied(
        request(
            "connection: keep-alive, X-Hop,close", "Connection: x-other", "x-hop: 1", "x-other: 1"
        )
    )
    assert lines[1:] == ["host: a.example", "X-Mirrored-By: mirror-agent", "", ""]


def test_connection_takes_neither_host_nor_marker_nor_framing_from_a_copy() -> None:
    lines = copied(
        request(
            "connection: host, x-mirrored-by, content-length", "content-length: 2",
            body=b"ab", announced=2, method=b"POST",
        ),
    )  # fmt: skip
    assert lines[1:] == [
        "host: a.example",
        "X-Mirrored-By: mirror-agent",
        "Content-Length: 2",
        "",
        "ab",
    ]


def test_configured_headers_are_removed_in_any_case_and_only_whole_names() -> None:
    lines = copied(
        request("Authorization: Basic x", "cookie: a=b", "cookie: c=d", "x-cookie: 1"),
        copier(remove=("authorization", "Cookie")),
    )
    assert lines[1:3] == ["host: a.example", "x-cookie: 1"]


@pytest.mark.parametrize(
    ("lines", "body", "framing"),
    [
        ((), b"", []),
        (("content-length: 0",), b"", ["Content-Length: 0"]),
        (("content-length: 3",), b"abc", ["Content-Length: 3"]),
        (("transfer-encoding: chunked",), b"abc", ["Content-Length: 3"]),
        (("transfer-encoding: chunked",), b"", ["Content-Length: 0"]),
        ((), b"abc", ["Content-Length: 3"]),  # HTTP/2 without content-length
        (("expect: 100-continue", "content-length: 3"), b"abc", ["Content-Length: 3"]),
    ],
)
def test_a_copy_has_its_own_framing(
    lines: tuple[str, ...], body: bytes, framing: list[str]
) -> None:
    seen = copied(request(*lines, body=body, announced=len(body)))
    assert [line for line in seen if "ontent-" in line or "xpect" in line] == framing
    assert seen[-1] == body.decode()


def test_a_request_without_host_gets_the_shadows() -> None:
    bare = Request(b"GET", b"/", block("x-a: 1"), b"", 0)
    assert "Host: shadow:8081" in copied(bare)


def test_a_configured_host_replaces_the_clients() -> None:
    lines = copied(request("Host: b"), host=Host(b"Host: s\r\n", replace=True))
    assert [line for line in lines if line.lower().startswith("host")] == ["Host: s"]


def test_without_a_secret_every_marker_is_a_clients() -> None:
    lines = copied(request("x-mirrored-by: mirror-agent"))
    assert lines[1:3] == ["host: a.example", "X-Mirrored-By: mirror-agent"]


def test_with_a_secret_a_copy_is_told_from_a_forgery() -> None:
    by = copier(value="Secret")
    assert reason(request("X-Mirrored-By: Secret"), by) == LOOP
    assert reason(request("x-mirrored-by: forged", "x-mirrored-by:  Secret "), by) == LOOP
    lines = copied(request("x-mirrored-by: secret", "X-MIRRORED-BY: forged"), by)
    assert lines[1:3] == ["host: a.example", "X-Mirrored-By: Secret"]


@pytest.mark.parametrize(
    ("lines", "size", "announced"),
    [
        (("content-length: 100",), 99, 100),
        (("content-length: 100",), 99, None),
        (("content-length: 100",), 0, None),
        ((), 99, 100),
        (("transfer-encoding: chunked",), 15200, 15200),  # fills HAProxy's buffer of 16384
    ],
)
def test_a_cut_body_is_not_copied(lines: tuple[str, ...], size: int, announced: int | None) -> None:
    assert reason(request(*lines, body=b"x" * size, announced=announced)) == CUT


def test_a_cut_body_is_marked_when_it_is_sent() -> None:
    by = copier(send_cut=True)
    lines = copied(request("content-length: 100", body=b"x" * 60, announced=100), by)
    assert "X-Mirror-Cut: 60 of 100 bytes" in lines
    assert "Content-Length: 60" in lines


@pytest.mark.parametrize("body", [b"", b"x" * 100])
def test_a_body_of_its_whole_length_is_copied_though_http2_has_not_told_its_end(
    body: bytes,
) -> None:
    headers = block("host: a", f"content-length: {len(body)}")
    early = Request(b"POST", b"/api/v1", headers, body, len(body), 16384, whole=False)
    assert f"Content-Length: {len(body)}" in copied(early)


def test_a_chunked_body_that_leaves_room_in_the_buffer_is_whole() -> None:
    seen = copied(request("transfer-encoding: chunked", body=b"x" * 14000, announced=14000))
    assert "Content-Length: 14000" in seen


@pytest.mark.parametrize(
    "headers",
    [
        b"",
        b"host: a\r\n",
        b"host: a\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"host: a\nx: b\r\n\r\n",
        b"host\r\n\r\n",
        b"ho st: a\r\n\r\n",
        b"x: a\0b\r\n\r\n",
        b" x: a\r\n\r\n",
    ],
)
def test_a_header_block_that_could_smuggle_is_refused(headers: bytes) -> None:
    assert reason(Request(b"GET", b"/", headers, b"", 0)) == MALFORMED


@pytest.mark.parametrize(
    ("method", "target"),
    [
        (b"G ET", b"/"),
        (b"", b"/"),
        (b"GET", b""),
        (b"GET", b"/ HTTP/1.1\r\nx: y"),
        (b"GET", b"/a b"),
    ],
)
def test_a_request_line_that_could_smuggle_is_refused(method: bytes, target: bytes) -> None:
    assert reason(Request(method, target, block("host: a"), b"", 0)) == MALFORMED


@given(
    st.binary(max_size=300), st.binary(max_size=30), st.binary(max_size=30), st.binary(max_size=50)
)
def test_what_is_copied_is_one_request(
    headers: bytes, method: bytes, target: bytes, body: bytes
) -> None:
    by = copier()
    request = Request(method, target, headers + b"\r\n\r\n", body, len(body))
    try:
        copy = by.copy(request, by.draft(request), SHADOW)
    except NotCopied:
        return
    head, _, rest = copy.partition(b"\r\n\r\n")
    assert rest == body
    assert head.count(b"\n") == head.count(b"\r\n")
    line, *fields = head.split(b"\r\n")
    assert line.count(b" ") == 2
    assert all(b":" in field and not field[:1].isspace() for field in fields)


def test_connection_takes_nothing_that_the_gateway_sets() -> None:
    sets = ("X-Forwarded-For", "X-Request-Id")
    by = Copier(Account(), "X-Mirrored-By", None, (), send_cut=False, gateway_headers=sets)
    lines = copied(
        request(
            "connection: x-hop, X-Forwarded-For, X-Request-Id",
            "x-hop: 1", "x-forwarded-for: 10.0.0.1", "x-request-id: 7",
        ),
        by,
    )  # fmt: skip
    assert lines[1:4] == ["host: a.example", "x-forwarded-for: 10.0.0.1", "x-request-id: 7"]
