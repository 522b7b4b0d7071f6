"""Whatever GoReplay writes, the middleware goes on, and its account adds up."""

import binascii
import io
import re

from gor_middleware.message import Line, lines
from gor_middleware.middleware import HEAD, Middleware
from gor_middleware.settings import Settings
from hypothesis import given, settings
from hypothesis import strategies as st

MANY = settings(max_examples=400, deadline=None)
SETTINGS = Settings(
    shares={b"v1": 100, b"v2": 50},
    methods=frozenset(),
    host=b"",
    marker=b"secret",
    name=b"gor",
    remove=frozenset({b"authorization", b"cookie"}),
    timeout=5,
    connections=1000,
    largest=1 << 20,
    metrics=("127.0.0.1", 0),
    restarts=0,
)
ends = st.sampled_from(
    [
        b"\r\n",
        b"Content-Length: 5\r\n\r\nabcde",
        b"Content-Length: " + b"0" * 5000 + b"5\r\n\r\nabcde",
        b"Content-Length: 5\r\nContent-Length: x\r\n\r\nabc",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: \xb2\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0\r\nCookie: a\r\n b\r\nX: 1\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 5000 + b"\r\nabc\r\n0\r\n\r\n",
        b"Connection: a, \xff\r\nTrailer: Cookie\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ]
)
routes = st.sampled_from([b"X-Route: v1\r\n"] * 3 + [b"X-Route: v2\r\n", b"X-Route: \xff\r\n", b""])
requests = st.builds(
    lambda line, route, other, end: line + b" HTTP/1.1\r\n" + route + other + end,
    st.sampled_from([b"GET /", b"POST /x", b" ", b"PURGE /\xff"]),
    routes,
    st.sampled_from([b"", b"X-Mirror: no\r\n", b" folded: 1\r\n", b": \r\n", b"Cookie: 1\r\n"]),
    ends,
)
identities = st.sampled_from([b"a", b"b", b"c" * 24])
numbers = st.sampled_from([b"0", b"-1", b"9" * 19, b"9" * 400, b"x", b""])
answers = st.sampled_from([b"HTTP/1.1 200 OK\r\n\r\n", b'HTTP/1.1 "\xff\n', b"", b"HTTP/1.1 99"])
messages = st.one_of(
    st.builds(lambda i, p: b"1 %s 1 0\n%s" % (i, p), identities, requests),
    st.builds(lambda i, p: b"3 %s 1 0\n%s" % (i, p), identities, answers),
    st.builds(lambda i, n, p: b"1 %s %s 0\n%s" % (i, n, p), identities, numbers, requests),
    st.binary(max_size=60),
)


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """A line, often as it should be, sometimes cut or changed anywhere."""
    line = binascii.hexlify(draw(messages))
    if draw(st.integers(0, 3)) == 0:
        line = line[: draw(st.integers(0, len(line)))]
    if line and draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(line) - 1))
        line = line[:at] + draw(st.binary(max_size=3)) + line[at + 1 :]
    return line


def figures(middleware: Middleware) -> dict[str, int]:
    text = middleware.account.render().decode()
    found = re.findall(r'^goreplay_mirror_(\w+(?:\{\w+="\w+"\})?) (\d+)$', text, re.MULTILINE)
    assert len(found) == sum(not line.startswith("#") for line in text.splitlines())
    return {name: int(value) for name, value in found}


def assert_balanced(middleware: Middleware) -> None:
    seen = figures(middleware)
    ended = sum(n for name, n in seen.items() if name.startswith(("sent", "dropped", "failed")))
    assert seen["in_flight"] == middleware.outbox.held
    assert seen["received_total"] == ended + middleware.outbox.held


@MANY
@given(st.lists(written(), max_size=12), st.lists(st.booleans(), max_size=12))
def test_no_line_raises_and_the_account_adds_up(sent: list[bytes], gets: list[bool]) -> None:
    middleware = Middleware(SETTINGS)
    for number, line in enumerate(sent):
        middleware.take(Line(line, is_cut=False))
        if number < len(gets) and gets[number] and middleware.outbox.waiting:
            middleware.outbox.get()
        assert_balanced(middleware)
    middleware.read(io.BytesIO(b"\n".join(sent)))
    assert_balanced(middleware)


def test_a_message_cut_at_every_byte_is_survived() -> None:
    whole = binascii.hexlify(
        b"1 a 1 0\nPOST / HTTP/1.1\r\nX-Route: v1\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n0\r\nCookie: a\r\n\r\n"
    )
    middleware = Middleware(SETTINGS)
    for end in range(len(whole) + 1):
        middleware.take(Line(whole[:end], is_cut=False))
        assert_balanced(middleware)
    assert figures(middleware)["malformed_total"] > 0


def test_a_line_without_an_end_is_not_kept() -> None:
    most = 2 * (SETTINGS.largest + HEAD)
    request = b"1 a 1 0\nPOST / HTTP/1.1\r\nX-Route: v1\r\nContent-Length: 9999999\r\n\r\n"
    endless = binascii.hexlify(request) + b"61" * (2 * most) + b"\n"
    after = binascii.hexlify(b"1 b 1 0\nGET / HTTP/1.1\r\nX-Route: v1\r\n\r\n") + b"\n"
    assert [(len(line.text), line.is_cut) for line in lines(io.BytesIO(endless + after), most)] == [
        (most, True),
        (len(after) - 1, False),
    ]
    middleware = Middleware(SETTINGS)
    middleware.read(io.BytesIO(endless + after))
    assert figures(middleware)['dropped_total{reason="too_large"}'] == 1
    assert middleware.outbox.held == 1
    assert_balanced(middleware)


def test_an_id_that_comes_twice_leaves_nothing_behind() -> None:
    middleware = Middleware(SETTINGS)
    line = binascii.hexlify(b"1 a 1 0\nGET / HTTP/1.1\r\nX-Route: v1\r\n\r\n")
    for _ in range(2):
        middleware.take(Line(line, is_cut=False))
        assert middleware.outbox.get() is not None
    middleware.take(Line(binascii.hexlify(b"3 a 1 0\nHTTP/1.1 204 No"), is_cut=False))
    seen = figures(middleware)
    assert middleware.outbox.held == 0
    assert (seen["sent_total"], seen['failed_total{reason="no_answer"}']) == (1, 1)
    assert seen['answers_total{code="2xx"}'] == 1
    assert_balanced(middleware)
