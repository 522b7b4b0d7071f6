"""A captured HTTP/1.1 request: whether it is whole, and the copy that is made of it.

GoReplay puts packets together but does not say whether any is missing, and its own filters pass by
what they do not know, such as PURGE. So both are decided here. Sources: RFC 9112, sections 6 and 7.
"""

import re
from collections.abc import Collection

Header = tuple[bytes, bytes]

ROUTE = b"x-route"  # set by HAProxy alone: the route that matched
NO_COPY = b"x-mirror"  # set by HAProxy alone: `no` on what is a copy already
MARKER = b"x-mirrored-by"
PASSED = b"x-mirror-passed"  # the names of who made a copy; no client can guess one
# About HAProxy's connection to the primary (RFC 9110, section 7.6.1).
_HOP_BY_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"upgrade"}
# What a client cannot take from the copy by naming it in Connection: framing, what HAProxy sets.
_END_TO_END = {
    b"host",
    b"content-length",
    b"transfer-encoding",
    b"trailer",
    b"x-request-id",
    b"x-forwarded-for",
    PASSED,
}
_INTERNAL = {ROUTE, NO_COPY, MARKER}
_END = b"\r\n\r\n"
# More digits than a size can have, but for leading zeros, which may be any number of.
_DECIMAL = re.compile(rb"0*([0-9]{1,15})")
_HEXADECIMAL = re.compile(rb"0*([0-9A-Fa-f]{1,13})")


class MalformedError(ValueError):
    """What was captured does not begin with the head of a request."""


class Request:
    """The parts of a captured request; `body` is framed as it was on the wire.

    Raises MalformedError.
    """

    __slots__ = ("body", "headers", "line")

    def __init__(self, captured: bytes) -> None:
        head, end, self.body = captured.partition(_END)
        self.line, *lines = head.split(b"\r\n")
        if not end or not self.line.endswith((b" HTTP/1.1", b" HTTP/1.0")):
            raise MalformedError("no head of a request")
        self.headers: list[Header] = []
        for line in lines:
            name, colon, value = line.partition(b":")
            # A folded line would let a part of a header pass for another one.
            if not colon or not name or name.strip() != name:
                raise MalformedError("a header without a name and a colon")
            self.headers.append((name, value.strip(b" \t")))

    def value(self, name: bytes) -> bytes | None:
        """Return a header's first value, None when there is none; `name` is in lower case."""
        return next((value for each, value in self.headers if each.lower() == name), None)

    def is_chunked(self) -> bool:
        """Tell whether no length was announced; then a chunk can be missing without a trace."""
        return (self.value(b"transfer-encoding") or b"").lower().endswith(b"chunked")

    def is_whole(self) -> bool:
        """Tell whether the body is exactly as long as the head or its chunks say."""
        if self.is_chunked():
            return _trailers_at(self.body) is not None
        length = _DECIMAL.fullmatch(self.value(b"content-length") or b"0")
        return length is not None and int(length[1]) == len(self.body)

    def has_passed(self, name: bytes) -> bool:
        """Tell whether this is a copy by who has that name, whatever became of its marker."""
        return any(name in value for each, value in self.headers if each.lower() == PASSED)

    def copy(self, marks: Collection[Header], remove: Collection[bytes]) -> bytes:
        """Return the copy: with its marks, without headers and trailers named in lower case.

        GoReplay's HTTP client adds a User-Agent and `Accept-Encoding: gzip` to requests that have
        none, or an empty one. An empty User-Agent makes it send none; `identity` at least asks for
        the answer that the request itself would get, and means the same as an empty value.
        """
        gone = _INTERNAL | _HOP_BY_HOP | set(remove) | (self._named(b"connection") - _END_TO_END)
        kept = [header for header in self.headers if header[0].lower() not in gone]
        if self._named(b"trailer") & gone:
            kept = [header for header in kept if header[0].lower() != b"trailer"]
            left = sorted(self._named(b"trailer") - gone)
            kept += [(b"Trailer", b", ".join(left))] if left else []
        names = {name.lower() for name, _ in kept}
        if b"user-agent" not in names:
            kept.append((b"User-Agent", b""))
        if not any(value for name, value in kept if name.lower() == b"accept-encoding"):
            kept = [header for header in kept if header[0].lower() != b"accept-encoding"]
            kept.append((b"Accept-Encoding", b"identity"))
        kept += marks
        lines = [self.line, *(b"%s: %s" % header for header in kept)]
        body = _without_trailers(self.body, gone) if self.is_chunked() else self.body
        return b"\r\n".join(lines) + _END + body

    def _named(self, header: bytes) -> set[bytes]:
        """Return what the values of a header list, in lower case."""
        values = [value for name, value in self.headers if name.lower() == header]
        return {each.strip().lower() for each in b",".join(values).split(b",")} - {b""}


def _trailers_at(body: bytes) -> int | None:
    """Return where the trailers begin, None unless the chunks and they are whole."""
    position = 0
    while True:
        end = body.find(b"\r\n", position)
        size = _HEXADECIMAL.fullmatch(body[position : max(end, 0)].partition(b";")[0].strip())
        if end < 0 or size is None:
            return None
        position = end + 2
        if not int(size[1], 16):
            break
        position += int(size[1], 16) + 2
        if body[position - 2 : position] != b"\r\n":
            return None
    # An empty line ends the trailers, of which there are hardly ever any.
    trailers = body[position:]
    whole = trailers == b"\r\n" or trailers.find(_END) == len(trailers) - len(_END) >= 0
    return position if whole else None


def _without_trailers(body: bytes, gone: Collection[bytes]) -> bytes:
    """Return a whole chunked body without the trailers of these names."""
    start = _trailers_at(body)
    if start is None or body[start:] == b"\r\n":
        return body
    kept = []
    keeping = True
    for line in body[start : -len(_END)].split(b"\r\n"):
        if not line.startswith((b" ", b"\t")):  # what is folded belongs to the line before
            keeping = line.partition(b":")[0].strip().lower() not in gone
        if keeping:
            kept.append(line + b"\r\n")
    return body[:start] + b"".join(kept) + b"\r\n"
