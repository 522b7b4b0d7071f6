"""A captured HTTP/1.1 request: whether it is whole, and the copy that is made of it.

GoReplay puts packets together but does not say whether any is missing, and its own filters pass by
what they do not know, such as PURGE. So both are decided here. Sources: RFC 9112, sections 6 and 7.
"""

from collections.abc import Collection

Header = tuple[bytes, bytes]

ROUTE = b"x-route"  # set by HAProxy alone: the route that matched
NO_COPY = b"x-mirror"  # set by HAProxy alone: `no` on what is a copy already
MARKER = b"x-mirrored-by"
# About HAProxy's connection to the primary (RFC 9110, section 7.6.1).
_HOP_BY_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"upgrade"}
# What a client cannot take from the copy by naming it in Connection.
_END_TO_END = {b"host", b"content-length", b"transfer-encoding"}
_INTERNAL = {ROUTE, NO_COPY, MARKER}
_END = b"\r\n\r\n"


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
            if not colon:
                raise MalformedError("a header without a colon")
            self.headers.append((name, value.strip()))

    def value(self, name: bytes) -> bytes | None:
        """Return a header's first value, None when there is none; `name` is in lower case."""
        return next((value for each, value in self.headers if each.lower() == name), None)

    def is_chunked(self) -> bool:
        """Tell whether no length was announced; then a chunk can be missing without a trace."""
        return (self.value(b"transfer-encoding") or b"").lower().endswith(b"chunked")

    def is_whole(self) -> bool:
        """Tell whether the body is exactly as long as the head or its chunks say."""
        if self.is_chunked():
            return _chunks_are_whole(self.body)
        length = self.value(b"content-length") or b"0"
        return length.isdigit() and int(length) == len(self.body)

    def copy(self, marker: bytes, remove: Collection[bytes]) -> bytes:
        """Return the copy: with the marker, without the headers named in lower case.

        GoReplay's HTTP client adds a User-Agent and `Accept-Encoding: gzip` to requests that have
        none. An empty User-Agent makes it send none; `identity` at least asks for the answer that
        the request itself would get.
        """
        named = (self.value(b"connection") or b"").lower().replace(b" ", b"").split(b",")
        gone = _INTERNAL | _HOP_BY_HOP | set(remove) | (set(named) - _END_TO_END)
        kept = [header for header in self.headers if header[0].lower() not in gone]
        names = {name.lower() for name, _ in kept}
        if b"user-agent" not in names:
            kept.append((b"User-Agent", b""))
        if b"accept-encoding" not in names:
            kept.append((b"Accept-Encoding", b"identity"))
        kept.append((b"X-Mirrored-By", marker))
        lines = [self.line, *(b"%s: %s" % header for header in kept)]
        return b"\r\n".join(lines) + _END + self.body


def _chunks_are_whole(body: bytes) -> bool:
    position = 0
    while True:
        end = body.find(b"\r\n", position)
        size = body[position:end].partition(b";")[0].strip()
        if end < 0 or not size or size.strip(b"0123456789abcdefABCDEF"):
            return False
        position = end + 2
        if not int(size, 16):
            break
        position += int(size, 16) + 2
        if body[position - 2 : position] != b"\r\n":
            return False
    # An empty line ends the trailers, of which there are hardly ever any.
    trailers = body[position:]
    return trailers == b"\r\n" or (
        trailers.endswith(_END) and trailers.find(_END) + 4 == len(trailers)
    )
