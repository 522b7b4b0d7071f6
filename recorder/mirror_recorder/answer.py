"""What a recorder answers: a small JSON document saying who answered, or what a fault asks for."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import formatdate
from http import HTTPStatus
from typing import NamedTuple

from mirror_recorder.faults import NO_FAULTS, Faults
from mirror_recorder.http1 import Head
from mirror_recorder.journal import Entry

PIECE = 65536

EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n"
_FILLER = b"." * PIECE
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class Exchange(NamedTuple):
    """A request on its way to its answer; `ordinal` is its place among all requests."""

    head: Head
    entry: Entry
    faults: Faults
    ordinal: int


class Answer(NamedTuple):
    """Head bytes, and a body given as bytes or as a number of filler bytes; `events` follow it."""

    head: bytes
    body: bytes | int
    close: bool
    events: int = 0

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return self.body if isinstance(self.body, int) else len(self.body)

    def pieces(self, limit: int) -> Iterator[bytes]:
        """The first `limit` bytes of the body in pieces, so that no size is held in memory."""
        left = min(limit, self.size)
        source = _FILLER if isinstance(self.body, int) else self.body
        at = 0
        while left:
            piece = source[at : at + min(left, PIECE)]
            yield piece
            left -= len(piece)
            at = 0 if isinstance(self.body, int) else at + len(piece)


def compose(name: str, exchange: Exchange) -> Answer:
    """The answer to an exchange, with its faults of content (status, size, headers) applied."""
    head, faults = exchange.head, exchange.faults
    status = 200 if faults.status is None else faults.status
    kind, body, events = _content(name, exchange)
    lines = [
        _status_line(status),
        f"X-Backend-Name: {name}",
        f"X-Request-Count: {exchange.ordinal}",
    ]
    if exchange.entry.request_id is not None:
        lines.append(f"X-Request-Id: {exchange.entry.request_id}")
    bodiless = status in (204, 304)
    if not bodiless:
        size = body if isinstance(body, int) else len(body)
        framing = "Transfer-Encoding: chunked" if events else f"Content-Length: {size}"
        lines += [f"Content-Type: {kind}", framing]
    close = not head.keep_alive
    if faults is not NO_FAULTS:
        lines += [f"{key}: {value}" for key, value in faults.answer_headers]
        close = close or any(_says_close(key, value) for key, value in faults.answer_headers)
    if close:
        lines.append("Connection: close")
    elif head.version == b"1.0":
        lines.append("Connection: keep-alive")
    if bodiless or head.method == b"HEAD":
        body, events = b"", 0
    return Answer("\r\n".join([*lines, "", ""]).encode("latin-1"), body, close, events)


def _content(name: str, exchange: Exchange) -> tuple[str, bytes | int, int]:
    """The body's type, its bytes or how many there are, and how many events follow."""
    faults = exchange.faults
    # To HTTP/1.0 an answer of unknown length could not be framed but by its end.
    if faults.answer_events and exchange.head.version != b"1.0":
        return "text/event-stream", b"", faults.answer_events
    if faults.answer_bytes is not None:
        return "application/octet-stream", faults.answer_bytes, 0
    return "application/json", _document(name, exchange), 0


def refusal(status: int, reason: str) -> Answer:
    """An answer that says why a request was not taken, and ends the connection."""
    body = json.dumps({"error": reason}).encode() + b"\n"
    lines = [
        _status_line(status),
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return Answer("\r\n".join([*lines, "", ""]).encode("latin-1"), body, True)


def _status_line(status: int) -> str:
    # RFC 9110, 6.6.1: an origin server with a clock sends Date.
    return f"HTTP/1.1 {status} {_REASONS.get(status, '')}\r\nDate: {_date(int(time.time()))}"


_last_date = (0, "")


def _date(now: int) -> str:
    global _last_date  # noqa: PLW0603 - formatting it once a second is what makes Date free
    if _last_date[0] != now:
        _last_date = (now, formatdate(now, usegmt=True))
    return _last_date[1]


def _says_close(key: str, value: str) -> bool:
    return key.lower() == "connection" and value.strip().lower() == "close"


def _document(name: str, exchange: Exchange) -> bytes:
    head, entry = exchange.head, exchange.entry
    document = {
        "backend": name,
        "message": f"answered by {name}",
        "method": head.method.decode("latin-1"),
        "path": head.target.decode("latin-1"),
        "request_count": exchange.ordinal,
        "request_id": entry.request_id,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "body_received": entry.length,
    }
    return json.dumps(document).encode() + b"\n"
