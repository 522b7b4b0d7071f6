"""What a shadow may answer: a client never notices, and the next copy arrives all the same."""

import itertools
import re
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

import psutil
import pytest

from features.support.waiting import eventually
from features.support.wire.client import request

from .conftest import StartGateway
from .harness import HAPROXY, WITHIN, Gateway
from .raw_shadow import OK, Answer, RawShadow, Received, reset

pytestmark = pytest.mark.stack


def says(*pieces: bytes) -> Answer:
    """An answer in these pieces, each a packet of its own."""

    def answer(sock: socket.socket, _: Received) -> None:
        for piece in pieces:
            sock.sendall(piece)
            time.sleep(0.01)  # so that the pieces arrive apart

    return answer


def then(answer: Answer, end: Callable[[socket.socket], None]) -> Answer:
    """An answer after which the shadow ends the connection."""

    def both(sock: socket.socket, received: Received) -> None:
        answer(sock, received)
        end(sock)

    return both


def endless(sock: socket.socket, _: Received) -> None:
    """A body without an end."""
    sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    with suppress(OSError):
        while True:
            sock.sendall(b"x" * 65536)


def endless_chunks(sock: socket.socket, _: Received) -> None:
    """Chunks without an end."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    with suppress(OSError):
        while True:
            sock.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def endless_fields(sock: socket.socket, _: Received) -> None:
    """A head without an end."""
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    with suppress(OSError):
        for number in itertools.count():
            sock.sendall(b"X-%d: y\r\n" % number)


def endless_interim(sock: socket.socket, _: Received) -> None:
    """Interim answers without an end."""
    with suppress(OSError):
        while True:
            sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def head(*lines: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", b""])


FIVE_MB = b"x" * (5 << 20)
KEPT = {
    "a length": ("GET", says(OK)),
    "in bytes": ("GET", says(*(bytes([byte]) for byte in OK))),
    "no body": ("GET", says(head(b"Content-Length: 0"))),
    "chunks": ("GET", says(head(b"Transfer-Encoding: chunked") + b"2;e=1\r\nok\r\n0\r\n\r\n")),
    "a trailer": (
        "GET",
        says(head(b"transfer-encoding: Chunked"), b"A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n"),
    ),
    "100 first": ("POST", says(b"HTTP/1.1 100 Continue\r\n\r\n", OK)),
    "103 first": ("GET", says(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3 + OK)),
    "HEAD": ("HEAD", says(head(b"Content-Length: 5000"))),
    "HEAD, chunked": ("HEAD", says(head(b"Transfer-Encoding: chunked"))),
    "204": ("GET", says(b"HTTP/1.1 204 No Content\r\n\r\n")),
    "304": ("GET", says(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n")),
    "500": ("GET", says(b"HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\nno!")),
    "8 KB": ("GET", says(head(b"Content-Length: 8192") + b"x" * 8192)),
    "no reason": ("GET", says(b"HTTP/1.1 200\r\ncontent-length:0\r\n\r\n")),
}
ENDED = {
    "close": ("GET", says(head(b"Connection: Close", b"Content-Length: 2") + b"ok")),
    "HTTP/1.0": ("GET", then(says(b"HTTP/1.0 200 OK\r\n\r\nok"), socket.socket.close)),
    "until close": ("GET", then(says(head() + b"ok"), socket.socket.close)),
    "close at once": ("GET", then(says(head(b"Connection: close")), socket.socket.close)),
    "8 KB in chunks": (
        "GET",
        says(head(b"Transfer-Encoding: chunked") + b"3fc\r\n%s\r\n" % (b"x" * 1020) * 9),
    ),
    "5 MB": ("GET", lambda sock, _: sock.sendall(head(b"Content-Length: 5242880") + FIVE_MB)),
    "endless": ("GET", endless),
    "endless chunks": ("GET", endless_chunks),
    "endless head": ("GET", endless_fields),
    "a chunk a byte": (
        "GET",
        says(head(b"Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 3000 + b"0\r\n\r\n"),
    ),
    "bad length": ("GET", says(head(b"Content-Length: 2x") + b"ok")),
    "a chunk without end": (
        "GET",
        says(head(b"Transfer-Encoding: chunked") + b"3\r\nok\r\n0\r\n\r\n"),
    ),
    "bad chunk": ("GET", says(head(b"Transfer-Encoding: chunked") + b"zz\r\nok\r\n")),
    "reset in the head": ("GET", then(says(b"HTTP/1.1 200 OK\r\nX-A: 1\r\n"), reset)),
    "reset in the body": ("GET", then(says(head(b"Content-Length: 9") + b"x"), reset)),
    "reset in a chunk": ("GET", then(says(head(b"Transfer-Encoding: chunked") + b"9\r\nx"), reset)),
    "101": ("GET", says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")),
}
FAILED = {
    "garbage": ("bad_answer", says(b"SSH-2.0-OpenSSH_9.2\r\n")),
    "HTTP/2": ("bad_answer", says(b"HTTP/2.0 200 OK\r\n\r\n")),
    "nothing, then closed": ("closed", lambda sock, _: sock.close()),
    "nothing, then reset": ("closed", lambda sock, _: reset(sock)),
    "endless 100": ("bad_answer", endless_interim),
    "a head of 100s": ("bad_answer", says(b"HTTP/1.1 100 Continue\r\n\r\n" * 200 + OK)),
    "only 100": ("closed", then(says(b"HTTP/1.1 100 Continue\r\n\r\n"), reset)),
}


def first_copy(start: StartGateway, shadow: RawShadow, method: str, answer: Answer) -> Gateway:
    """A gateway, and a first copy that was answered so; further ones get a proper answer."""
    gateway = start(shadow.port)
    shadow.answer = answer
    body = b"body" if method == "POST" else None
    assert gateway.send(request(method, "/api/v1/first", body=body)) == 200
    gateway.settled(sent=1, seen=1)
    shadow.answer = says(OK)
    return gateway


@pytest.mark.parametrize("name", KEPT)
def test_a_connection_is_used_again(start: StartGateway, raw_shadow: RawShadow, name: str) -> None:
    gateway = first_copy(start, raw_shadow, *KEPT[name])
    sent = itertools.count(2)

    def connections() -> list[int]:
        assert gateway.ask(target="/api/v1/next") == 200
        gateway.settled(sent=next(sent))
        return [request.connection for request in raw_shadow.requests]

    # The other thread has connections of its own.
    eventually(connections, lambda seen: seen[0] in seen[1:], WITHIN)


@pytest.mark.parametrize("name", ENDED)
def test_a_copy_counts_as_sent_and_the_next_gets_a_new_connection(
    start: StartGateway, raw_shadow: RawShadow, name: str
) -> None:
    gateway = first_copy(start, raw_shadow, *ENDED[name])
    for sent in range(2, 6):
        assert gateway.ask(target="/api/v1/next") == 200
        gateway.settled(sent=sent, seen=sent)
    first, *others = [request.connection for request in raw_shadow.requests]
    assert len(others) == 4
    assert first not in others


@pytest.mark.parametrize("name", FAILED)
def test_no_answer_is_a_failure_and_the_copy_is_not_repeated(
    start: StartGateway, raw_shadow: RawShadow, name: str
) -> None:
    reason, answer = FAILED[name]
    gateway = start(raw_shadow.port)
    raw_shadow.answer = answer
    assert gateway.send(request("POST", "/api/v1/first", body=b"x")) == 200
    assert gateway.settled(sent=0, seen=1)[f"failed_{reason}"] == 1
    raw_shadow.answer = says(OK)
    gateway.ask(target="/api/v1/second")
    gateway.settled(sent=1, seen=2)
    assert [r.target for r in raw_shadow.requests] == ["/api/v1/first", "/api/v1/second"]


def test_nothing_of_the_shadows_answer_reaches_the_client(
    start: StartGateway, raw_shadow: RawShadow
) -> None:
    gateway = start(raw_shadow.port)
    raw_shadow.answer = says(
        b"HTTP/1.1 500 Oh\r\nSet-Cookie: a=b\r\nX-Shadow: 1\r\nContent-Length: 2\r\n\r\nno"
    )
    with gateway.client() as ask:
        for _ in range(10):
            answer = ask()
            assert answer.status == 200
            assert not {name.lower() for name, _ in answer.headers} & {"set-cookie", "x-shadow"}
    gateway.settled(sent=10)


def version() -> tuple[int, ...]:
    said = subprocess.run([HAPROXY, "-v"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"version (\d+)\.(\d+)\.(\d+)", said)
    assert found, said
    return tuple(map(int, found.groups()))


def test_a_long_answer_is_read_where_haproxy_can(
    start: StartGateway, raw_shadow: RawShadow
) -> None:
    """What cannot be read must not hold a worker: the answer's timeout would be 5 s here."""
    reads_on = version() >= (3, 2, 4) or (2, 8, 16) <= version() < (2, 9)
    gateway = start(raw_shadow.port)
    raw_shadow.answer = says(head(b"Content-Length: 900000") + b"x" * 900_000)
    with gateway.client() as ask:
        for sent in range(1, 6):
            ask()
            gateway.settled(sent=sent)
            eventually(lambda: raw_shadow.answered, sent.__eq__, WITHIN)
    connections = [request.connection for request in raw_shadow.requests]
    assert (len(set(connections)) < 5) == reads_on


@pytest.mark.parametrize(("limit", "kept"), [("1000", False), ("1001", True)])
def test_the_longest_answer_that_is_read_can_be_set(
    start: StartGateway, raw_shadow: RawShadow, limit: str, kept: bool
) -> None:
    gateway = start(raw_shadow.port, MIRROR_ANSWER_LIMIT=limit)
    raw_shadow.answer = says(head(b"Content-Length: 1001") + b"x" * 1001)
    with gateway.client() as ask:
        for sent in range(1, 6):
            ask()
            gateway.settled(sent=sent)
    connections = [request.connection for request in raw_shadow.requests]
    assert (len(set(connections)) < 5) == kept


def workers(gateway: Gateway) -> list[int]:
    """The process ids of HAProxy's workers."""
    return [each.pid for each in psutil.Process(gateway.process.pid).children()]


def resident(pid: int) -> int:
    """A process's memory in bytes."""
    return int(psutil.Process(pid).memory_info().rss)


def test_large_answers_are_not_held(start: StartGateway, raw_shadow: RawShadow) -> None:
    gateway = start(raw_shadow.port)
    raw_shadow.answer = ENDED["5 MB"][1]
    (worker,) = workers(gateway)
    gateway.ask()
    gateway.settled(sent=1)
    before = resident(worker)
    for _ in range(100):
        gateway.ask()
    gateway.settled(within=10, sent=101)
    assert resident(worker) - before < 10 << 20
