"""Clients that use what few use: events, interim answers, pauses, pipelining, HTTP/1.0."""

import http.client
import io
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO, cast

from features.support.waiting import patient, take_time
from features.support.wire import raw
from features.support.wire.client import Address, ClientError, Exchange, no_answer
from features.support.wire.exchange import Answer, Sent

_WITHIN = 5.0  # seconds until an answer
_TOLD_WITHIN = 1.0  # seconds until a client is told to go on; later ones send by themselves
_EVENT = b"data: "


@dataclass(frozen=True)
class Listening:
    """A request, and how many seconds each event of its answer was on its way."""

    sent: Sent
    delays: Sequence[float] | ClientError


@dataclass(frozen=True)
class Hinted:
    """A request with its answer, and the interim answers that came before."""

    exchange: Exchange
    interim: Sequence[Answer]

    @property
    def got(self) -> tuple[object, ...]:
        """Return what is the same for who gets the same: statuses, and the headers of hints."""
        return (self.exchange.status, *((each.status, each.headers) for each in self.interim))

    def __str__(self) -> str:
        """Return the request, its answer, and how many came before."""
        return f"{self.exchange}, after {len(self.interim)} interim answers"


def listen(to: Address, sent: Sent) -> Listening:
    """Ask for events that tell when they were sent, and read them until the answer's end."""
    try:
        with _link(to) as (link, stream):
            link.sendall(raw.head(sent))
            response = _begin(stream, sent)
            lines = iter(response.readline, b"")
            delays = [
                time.time() - float(line.removeprefix(_EVENT))
                for line in lines
                if line.startswith(_EVENT)
            ]
    except (OSError, http.client.HTTPException, ValueError) as reason:
        return Listening(sent, no_answer(sent, reason))
    return Listening(sent, delays)


def send_once_told(to: Address, sent: Sent) -> Exchange:
    """Send a request's head, wait for 100 Continue, and only then send the body (RFC 9110, 10.1.1).

    A client that is told nothing in a second gets no answer.
    """
    body = sent.body or b""
    framing = (("Content-Length", str(len(body))), ("Expect", "100-continue"))

    def play(link: socket.socket, stream: BinaryIO) -> Iterator[Answer]:
        link.settimeout(patient(_TOLD_WITHIN))
        link.sendall(raw.head(sent, *framing))
        line = stream.readline()
        if b" 100 " not in line:
            raise http.client.HTTPException(f"told {line!r} in place of 100 Continue")
        while stream.readline().strip():  # until the empty line
            pass
        link.settimeout(patient(_WITHIN))
        link.sendall(body)
        yield _read(stream, sent)

    return _play(to, [sent], play)[0]


def read_late(
    to: Address, sent: Sent, pause: float, stay: Callable[[], object] | None = None
) -> Exchange:
    """Send a request, and begin to read the answer so many seconds later.

    The client leaves as soon as it has the answer, or once `stay` returns.
    """

    def play(link: socket.socket, stream: BinaryIO) -> Iterator[Answer]:
        link.sendall(_whole(sent))
        take_time(pause)
        yield _read(stream, sent)
        if stay:
            stay()

    return _play(to, [sent], play)[0]


def ask_for_hints(to: Address, sent: Sent) -> Hinted:
    """Send a request; return its answer, and the interim ones that came before (RFC 9110, 15.2)."""
    interim: list[Answer] = []

    def play(link: socket.socket, stream: BinaryIO) -> Iterator[Answer]:
        link.sendall(_whole(sent))
        while (answer := _read(stream, sent)).status < HTTPStatus.OK:
            interim.append(answer)
        yield answer

    return Hinted(_play(to, [sent], play)[0], interim)


def send_pipelined(to: Address, requests: Sequence[Sent]) -> list[Exchange]:
    """Send requests in one go over one connection, then read the answers (RFC 9112, 9.3.2)."""

    def play(link: socket.socket, stream: BinaryIO) -> Iterator[Answer]:
        link.sendall(b"".join(map(_whole, requests)))
        for each in requests:
            yield _read(stream, each)

    return _play(to, requests, play)


def send_as_1_0(to: Address, sent: Sent) -> Exchange:
    """Send a request of HTTP/1.0, whose answer ends with the connection."""

    def play(link: socket.socket, stream: BinaryIO) -> Iterator[Answer]:
        link.sendall(_whole(sent).replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", 1))
        yield _read(stream, sent)

    return _play(to, [sent], play)[0]


def _whole(sent: Sent) -> bytes:
    if sent.body is None:
        return raw.head(sent)
    return raw.head(sent, ("Content-Length", str(len(sent.body)))) + sent.body


_Playing = Callable[[socket.socket, BinaryIO], Iterator[Answer]]


def _play(to: Address, requests: Sequence[Sent], play: _Playing) -> list[Exchange]:
    """Play a client; the first request without an answer has the reason, and so have the others."""
    answers: list[Answer | ClientError] = []
    try:
        with _link(to) as (link, stream):
            answers += play(link, stream)
    except (OSError, http.client.HTTPException) as reason:
        answers += [no_answer(requests[0], reason)] * (len(requests) - len(answers))
    return [Exchange(*pair) for pair in zip(requests, answers, strict=True)]


@contextmanager
def _link(to: Address) -> Iterator[tuple[socket.socket, BinaryIO]]:
    connected = socket.create_connection((to.host, to.port), patient(_WITHIN))
    with connected as link, closing(link.makefile("rb")) as stream:
        yield link, stream


class _Kept:
    """What several answers are read from: one of them does not close it at its end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def makefile(self, _: str) -> io.BufferedIOBase:
        """Return the stream itself, so that no byte of the next answer is lost in a buffer."""
        return cast(io.BufferedIOBase, self)

    def close(self) -> None:
        """Leave it open."""

    def flush(self) -> None:
        """Do nothing: it is only read."""

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def _begin(stream: BinaryIO, sent: Sent) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(cast(socket.socket, _Kept(stream)), method=sent.method)
    response.begin()
    return response


def _read(stream: BinaryIO, sent: Sent) -> Answer:
    started = time.perf_counter()
    response = _begin(stream, sent)
    body = response.read()
    elapsed = time.perf_counter() - started
    return Answer(response.status, tuple(response.getheaders()), body, elapsed)
