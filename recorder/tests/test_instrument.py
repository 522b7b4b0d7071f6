"""The recorder as a measuring instrument: what the journal says is what was sent, byte for byte."""

import hashlib
import socket
import string
import struct
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mirror_recorder.testing import RecorderProcess, answer, answers, eventually, request

MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# What says where a request ends, and whether another may follow.
FRAMING = {"content-length", "transfer-encoding", "connection", "expect"}
RESET = struct.pack("ii", 1, 0)

tokens = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=12)
raw = st.binary(max_size=60).filter(lambda text: b"\r\n" not in text)
names = tokens.filter(lambda name: name.lower() not in FRAMING)
values = raw.map(lambda value: value.strip(b" \t"))
fields = st.lists(st.tuples(names, values), max_size=8)
Fields = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Sent:
    """A request; its body is a list of chunks where no length is announced."""

    method: str
    target: bytes
    headers: Fields
    body: bytes | list[bytes] | None
    trailers: Fields

    @property
    def content(self) -> bytes:
        """The body without its framing."""
        return b"".join(self.body) if isinstance(self.body, list) else self.body or b""

    @property
    def framing(self) -> tuple[str, bytes] | None:
        """The header that says where the body ends."""
        if isinstance(self.body, list):
            return "Transfer-Encoding", b"chunked"
        return None if self.body is None else ("Content-Length", b"%d" % len(self.body))

    @property
    def all_headers(self) -> Fields:
        """Headers in the order in which they are sent."""
        return [*self.headers, self.framing] if self.framing else self.headers

    @property
    def head(self) -> bytes:
        """The head as it goes over the wire."""
        line = self.method.encode() + b" " + self.target + b" HTTP/1.1\r\n"
        return line + lines(self.all_headers)

    @property
    def wire(self) -> bytes:
        """The whole request as it goes over the wire."""
        if not isinstance(self.body, list):
            return self.head + self.content
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in self.body)
        return self.head + chunks + b"0\r\n" + lines(self.trailers)


def lines(found: Fields) -> bytes:
    """Headers or trailers with the empty line after them."""
    return b"".join(b"%s: %s\r\n" % (n.encode(), v) for n, v in found) + b"\r\n"


def shown(found: Fields) -> list[list[str]]:
    """Headers as the journal has them."""
    return [[name, value.decode("latin-1")] for name, value in found]


chunks = st.lists(st.binary(min_size=1, max_size=300), max_size=5)
requests = st.builds(
    lambda method, target, headers, body, trailers: Sent(
        method, target, headers, body, trailers if isinstance(body, list) else []
    ),
    tokens,
    # Health checks, of any query, are not journalled.
    raw.filter(lambda target: target and target.partition(b"?")[0] != b"/healthz"),
    fields,
    st.none() | st.binary(max_size=2000) | chunks,
    fields,
)


@MANY
@given(st.lists(requests, min_size=1, max_size=3), st.data())
def test_the_journal_says_what_was_sent(
    process: RecorderProcess, sent: list[Sent], data: st.DataObject
) -> None:
    process.control("POST", "/reset")
    wire = b"".join(each.wire for each in sent)
    cuts = data.draw(st.lists(st.integers(0, len(wire)), max_size=4).map(sorted))
    with process.connect() as sock:
        for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
            sock.sendall(wire[start:end])
        answers(sock, *(each.method for each in sent))
    assert [
        (e["method"], e["target"], e["headers"], e["trailers"], e["length"], e["sha256"])
        for e in process.journal()
    ] == [
        (
            each.method,
            each.target.decode("latin-1"),
            shown(each.all_headers),
            shown(each.trailers),
            len(each.content),
            hashlib.sha256(each.content).hexdigest(),
        )
        for each in sent
    ]
    assert {e["state"] for e in process.journal()} == {"complete"}


BODIES: dict[str, bytes | list[bytes]] = {
    "length": b"a\r\n\r\nb\n\n",
    "chunked": [b"one\r\n", b"0\r\n\r\n"],
}


def leave(sock: socket.socket, way: str) -> None:
    """End a connection: closed, closed for sending only, or reset."""
    if way == "half-closed":
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(4096):
            pass
    elif way == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    sock.close()


@pytest.mark.parametrize("way", ["closed", "half-closed", "reset"])
@pytest.mark.parametrize("framing", BODIES)
def test_what_is_cut_at_any_byte_is_never_complete(
    recorder: RecorderProcess, framing: str, way: str
) -> None:
    sent = Sent("POST", b"/x", [("X-Request-Id", b"a")], BODIES[framing], [("X-T", b"1")])
    wire, head = sent.wire, len(sent.head)
    for end in range(len(wire)):
        with recorder.connect() as sock:
            sock.sendall(wire[:end])
            leave(sock, way)
    eventually(recorder.counters, lambda c: c["open"] == 0)
    entries = recorder.journal()
    assert {e["state"] for e in entries} == {"cut"}
    if way != "reset":  # which may overtake what was sent
        assert len(entries) == len(wire) - head
        assert recorder.counters()["malformed"] == head - 1
    for entry in entries:
        arrived = sent.content[: entry["length"]]
        assert entry["sha256"] == hashlib.sha256(arrived).hexdigest()


def test_a_line_feed_alone_ends_no_line(recorder: RecorderProcess) -> None:
    recorder.ask(b"POST /a\nb HTTP/1.1\r\nX-A: 1\nX-B: 2\r\nContent-Length: 3\r\n\r\n\n\n\n")
    entry = recorder.entry()
    assert entry["target"] == "/a\nb"
    assert entry["headers"] == [["X-A", "1\nX-B: 2"], ["Content-Length", "3"]]
    assert entry["sha256"] == hashlib.sha256(b"\n\n\n").hexdigest()
    assert (
        recorder.ask(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n").status == 400
    )


def test_a_head_that_ends_in_line_feeds_alone_is_no_request(recorder: RecorderProcess) -> None:
    with recorder.connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\nHost: a\n\n")
    eventually(recorder.counters, lambda c: c["malformed"] == 1)
    assert recorder.journal() == []


@MANY
@given(st.lists(st.sampled_from(["a", "A", "b", "", "\xe9"]), min_size=1, max_size=20))
def test_ids_that_come_twice_are_found_twice(process: RecorderProcess, ids: list[str]) -> None:
    process.control("POST", "/reset")
    with process.connect() as sock:
        sock.sendall(b"".join(request(X_Request_Id=each) for each in ids))
        answers(sock, *["GET"] * len(ids))
    for each in {*ids, "a"}:
        wanted = [place for place, other in enumerate(ids) if other == each]
        found = [e["n"] for e in process.journal(each)]
        first = process.journal()[0]["n"]
        assert [n - first for n in found] == wanted


def test_a_body_of_nothing_is_told_from_no_body(recorder: RecorderProcess) -> None:
    recorder.ask(request("POST"))
    recorder.ask(request("POST", Content_Length="0"))
    with recorder.connect() as sock:
        sock.sendall(request("POST", Transfer_Encoding="chunked") + b"0\r\n\r\n")
        answer(sock)
    entries = recorder.journal()
    assert [e["framing"] for e in entries] == ["none", "length", "chunked"]
    assert {(e["length"], e["sha256"]) for e in entries} == {(0, hashlib.sha256().hexdigest())}
