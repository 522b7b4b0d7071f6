"""A request as HAProxy handed it over, and what its headers say about its body."""

import re

_CONTENT_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d+)[ \t]*\r")

# A body of unannounced length is taken as whole only when HAProxy's buffer had this much room
# left: HAProxy keeps 1024 bytes (tune.maxrewrite) for itself, and stores headers and body pieces
# with some bytes of book-keeping each.
_RESERVE = 1024
_BOOK_KEEPING = 512


class Request:
    r"""One request.

    `headers` is the block of text that HAProxy's fetch req.hdrs gives: lines "name: value\r\n" in
    order, with an empty line at the end. `announced` is the body's length as far as HAProxy knows
    it (req.body_size) or None, `room` the size of HAProxy's buffer in bytes or 0.
    """

    __slots__ = ("announced", "body", "headers", "lower", "method", "room", "target")

    def __init__(
        self,
        method: bytes,
        target: bytes,
        headers: bytes,
        body: bytes = b"",
        announced: int | None = None,
        room: int = 0,
    ) -> None:
        """Keep what was handed over; nothing is checked yet."""
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.announced = announced
        self.room = room
        # With a line feed in front, each header's name follows one.
        self.lower = b"\n" + headers.lower()

    def content_length(self) -> int | None:
        """Return what the header Content-Length says, or None."""
        found = _CONTENT_LENGTH.search(self.lower)
        return int(found[1]) if found else None

    def missing(self) -> int:
        """Return how many bytes of the body HAProxy's buffer did not hold, 0 if it is whole.

        Where the length was announced nowhere (chunked, HTTP/2) and the buffer was full, nobody
        knows, and the answer is -1.
        """
        size = len(self.body)
        if not size and self.announced == 0:
            return 0
        length = self.content_length()
        whole = length if length is not None else self.announced
        if whole is not None and whole > size:
            return whole - size
        if length is None and size and self.room:
            used = len(self.headers) + size + _RESERVE + _BOOK_KEEPING
            return -1 if used >= self.room else 0
        return 0
