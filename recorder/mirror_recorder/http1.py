"""HTTP/1 requests as they came over the wire (RFC 9112), nothing normalised, no input or output.

A recorder judges gateways, so it has to accept what a server library rightly refuses: unknown
methods, raw bytes or spaces in the target, a missing, repeated or folded header.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

HEAD_LIMIT = 65536
TRAILER_LIMIT = 128

_WANTED = frozenset(
    b"connection content-length expect transfer-encoding upgrade x-request-id".split()
)
_VERSIONS = frozenset({b"HTTP/1.0", b"HTTP/1.1"})
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)

Fields = list[tuple[bytes, bytes]]


class MalformedRequestError(Exception):
    """A request whose end cannot be found; `status` is the answer it deserves."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


class Head(NamedTuple):
    """A request line with its headers: `raw` without the empty line, and what serving it needs.

    `framing` is "none", "length" or "chunked"; `length` is the declared size in bytes.
    """

    raw: bytes
    method: bytes
    target: bytes
    version: bytes
    framing: str
    length: int
    request_id: bytes | None
    keep_alive: bool
    expects_continue: bool
    opens_session: bool

    @property
    def has_body(self) -> bool:
        """Whether body bytes, or the framing of none of them, follow."""
        return self.framing == "chunked" or self.length > 0


def request_line(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """Method, target and version; what stands between the first and last space is the target."""
    method, _, rest = raw.partition(b"\r\n")[0].partition(b" ")
    target, _, version = rest.rpartition(b" ")
    return method, target, version


def fields(lines: list[bytes]) -> Fields:
    """Headers in order, repeats kept, a folded line kept in its value as received.

    Raises MalformedRequestError for a line without a colon.
    """
    found: Fields = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and found:
            name, value = found[-1]
            found[-1] = (name, value + b"\r\n" + line)
            continue
        name, colon, value = line.partition(b":")
        if not colon:
            raise MalformedRequestError(f"header line without a colon: {line[:60]!r}")
        found.append((name, value.strip(b" \t")))
    return found


def parse_head(raw: bytes) -> Head:
    """Read a head; `raw` ends before the empty line. Raises MalformedRequestError."""
    method, target, version = request_line(raw)
    if not method or not target or version not in _VERSIONS:
        line = raw.partition(b"\r\n")[0]
        raise MalformedRequestError(f"not an HTTP/1 request line: {line[:60]!r}")
    wanted: dict[bytes, list[bytes]] = {}
    for name, value in fields(raw.split(b"\r\n")[1:]):
        key = name.lower()
        if key in _WANTED:
            wanted.setdefault(key, []).append(value)
    framing, length = _framing(wanted)
    connection = _tokens(wanted.get(b"connection"))
    modern = version == b"HTTP/1.1"
    return Head(
        raw=raw,
        method=method,
        target=target,
        version=version[5:],
        framing=framing,
        length=length,
        request_id=wanted[b"x-request-id"][0] if b"x-request-id" in wanted else None,
        keep_alive=b"close" not in connection and (modern or b"keep-alive" in connection),
        # RFC 6455, 4.1: how a client opens a WebSocket session.
        opens_session=modern
        and method == b"GET"
        and b"upgrade" in connection
        and b"websocket" in _tokens(wanted.get(b"upgrade")),
        expects_continue=modern and b"100-continue" in _tokens(wanted.get(b"expect")),
    )


def _tokens(values: list[bytes] | None) -> list[bytes]:
    return [t.strip().lower() for t in b",".join(values).split(b",")] if values else []


def _framing(wanted: dict[bytes, list[bytes]]) -> tuple[str, int]:
    # RFC 9112, 6.3: Transfer-Encoding wins over Content-Length; both stay visible in the journal.
    if codings := _tokens(wanted.get(b"transfer-encoding")):
        if codings[-1] != b"chunked":
            raise MalformedRequestError(f"Transfer-Encoding ends in {codings[-1]!r}", 501)
        return "chunked", 0
    lengths = set(_tokens(wanted.get(b"content-length")))
    if not lengths:
        return "none", 0
    text = lengths.pop()
    if lengths or not text.isdigit() or len(text) > 18:
        raise MalformedRequestError(f"Content-Length cannot be used: {[text, *lengths]!r}")
    return "length", int(text)


class LengthBody:
    """A body of a declared length in bytes."""

    trailers: tuple[bytes, ...] = ()

    def __init__(self, length: int) -> None:
        self._left = length

    @property
    def done(self) -> bool:
        """Whether the whole body was fed."""
        return self._left == 0

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Split `data` into body bytes and what follows the body."""
        payload = data[: self._left]
        self._left -= len(payload)
        return payload, data[len(payload) :]


class _Step(Enum):
    SIZE = auto()
    DATA = auto()
    DATA_END = auto()
    TRAILERS = auto()


class ChunkedBody:
    """A chunked body (RFC 9112, 7.1); `trailers` are its raw lines."""

    def __init__(self) -> None:
        self.done = False
        self.trailers: tuple[bytes, ...] = ()
        self._step = _Step.SIZE
        self._left = 0
        self._partial = b""

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Split `data` into body bytes and what follows the body; raises MalformedRequestError."""
        data = self._partial + data
        self._partial = b""
        position = 0
        pieces: list[bytes] = []
        while not self.done:
            if self._step is _Step.DATA:
                piece = data[position : position + self._left]
                pieces.append(piece)
                position += len(piece)
                self._left -= len(piece)
                if self._left:
                    break
                self._step = _Step.DATA_END
            end = data.find(b"\r\n", position)
            if end < 0:
                self._keep(data[position:])
                position = len(data)
                break
            self._line(data[position:end])
            position = end + 2
        return b"".join(pieces), data[position:]

    def _keep(self, partial: bytes) -> None:
        if len(partial) > HEAD_LIMIT:
            raise MalformedRequestError("line of the chunked framing is too long")
        self._partial = partial

    def _line(self, line: bytes) -> None:
        if self._step is _Step.SIZE:
            match = _CHUNK_SIZE.fullmatch(line)
            if match is None:
                raise MalformedRequestError(f"not a chunk size: {line[:60]!r}")
            self._left = int(match[1], 16)
            self._step = _Step.DATA if self._left else _Step.TRAILERS
        elif self._step is _Step.DATA_END:
            if line:
                raise MalformedRequestError(f"chunk is longer than its size: {line[:60]!r}")
            self._step = _Step.SIZE
        elif not line:
            self.done = True
        elif len(self.trailers) < TRAILER_LIMIT:
            self.trailers += (line,)
            fields(list(self.trailers))
        else:
            raise MalformedRequestError("too many trailers")


Body = LengthBody | ChunkedBody


def texts(found: Fields) -> Iterator[list[str]]:
    """Headers as pairs of latin-1 text, which keeps every byte."""
    return ([name.decode("latin-1"), value.decode("latin-1")] for name, value in found)
