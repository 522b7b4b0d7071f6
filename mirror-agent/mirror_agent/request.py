"""A request as HAProxy handed it over, and what its headers say about its body."""

import re

_CONTENT_LENGTH = re.compile(rb"\ncontent-length:[ \t]*([^\r]*)")
_MOST_DIGITS = 18  # what fits 64 bits with a sign

# A body of unannounced length is taken as whole only when HAProxy's buffer had this much room
# left: HAProxy keeps 1024 bytes (tune.maxrewrite) for itself, and stores headers and body pieces
# with some bytes of book-keeping each.
_RESERVE = 1024
_BOOK_KEEPING = 512


def bounded(text: bytes) -> int:
    """Read a decimal number from outside; raises ValueError where it is none, or beyond 10**18."""
    digits = text.lstrip(b"0")
    if not text.isdigit() or len(digits) > _MOST_DIGITS:
        raise ValueError(f"{text[:20]!r} is not a number of at most {_MOST_DIGITS} digits")
    return int(digits or b"0")


class Request:
    r"""One request.

    `headers` is the block of text that HAProxy's fetch req.hdrs gives: lines "name: value\r\n" in
    order, with an empty line at the end. `announced` is the body's length as far as HAProxy knows
    it (req.body_size) or None, `room` the size of HAProxy's buffer in bytes or 0. `whole` says
    whether HAProxy saw the request's end before it handed it over, None where it did not say.
    """

    __slots__ = ("announced", "body", "headers", "lower", "method", "room", "target", "whole")

    def __init__(
        self,
        method: bytes,
        target: bytes,
        headers: bytes,
        body: bytes = b"",
        announced: int | None = None,
        room: int = 0,
        whole: bool | None = None,
    ) -> None:
        """Keep what was handed over; nothing is checked yet."""
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.announced = announced
        self.room = room
        self.whole = whole
        # With a line feed in front, each header's name follows one.
        self.lower = b"\n" + headers.lower()

    def content_length(self) -> int | None:
        """Return what the header Content-Length says, or None; ValueError if that is no length."""
        found = _CONTENT_LENGTH.search(self.lower)
        return bounded(found[1].rstrip(b" \t")) if found else None

    def missing(self) -> int:
        """Return how many bytes of the body were not handed over, 0 if it is whole.

        Where the length was announced nowhere (chunked, HTTP/2) and HAProxy did not see the end,
        because its buffer was full or the client broke off, nobody knows: the answer is -1.
        Raises ValueError where Content-Length is no length.
        """
        size = len(self.body)
        length = self.content_length()
        if length is not None:  # where all of it is here, HTTP/2 may not have told the end yet
            return max(0, length - size)
        if self.announced is not None and self.announced > size:
            return self.announced - size
        if self.whole is not None:
            return 0 if self.whole else -1
        if size and self.room:
            used = len(self.headers) + size + _RESERVE + _BOOK_KEEPING
            return -1 if used >= self.room else 0
        return 0
