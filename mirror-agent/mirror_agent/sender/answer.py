"""Reading a shadow's answer: only to know when it ends; nobody wants its content."""

import re

_HEAD_LIMIT = 64 * 1024
_LINE_LIMIT = 8 * 1024
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5]\d\d)(?: [^\r\n]*)?\r\n")
_FRAMING = re.compile(rb"\r\n(connection|content-length|transfer-encoding):[ \t]*([^\r]*)")
_DIGITS = 18
_SIZE = re.compile(rb"[0-9a-f]{1,15}[ \t]*(?:;[^\r\n]*)?", re.IGNORECASE)
_UPGRADED = 101
_BODILESS = (204, 304)

_UNTIL_CLOSE = -1


class BadAnswer(Exception):  # noqa: N818 - what it is
    """The shadow sent something that is not an HTTP/1.x answer."""


class Answer:
    """One answer, read in any pieces."""

    __slots__ = ("_chunks", "_head_only", "_left", "_rest", "keep_alive", "status")

    def __init__(self) -> None:
        """Be ready for the first answer of a connection."""
        self.begin(head_only=False)

    def begin(self, *, head_only: bool) -> None:
        """Be ready for an answer; head_only: to HEAD, whose answers have no body."""
        self.status = 0
        self.keep_alive = True
        self._head_only = head_only
        self._rest = b""
        self._left = 0
        self._chunks: _Chunks | None = None

    def feed(self, data: bytes) -> bool:
        """Take a piece; returns whether the answer is complete.

        Raises BadAnswer.
        """
        if self.status == 0:
            body = self._head(data)
            if body is None:
                return False
            data = body
        if self._chunks is not None:
            ended = self._chunks.feed(data)
            self.keep_alive = self.keep_alive and not (ended and self._chunks.rest)
            return ended
        if self._left == _UNTIL_CLOSE:
            return False
        self._left -= len(data)
        if self._left < 0:  # more than was announced: what comes next cannot be trusted
            self.keep_alive = False
        return self._left <= 0

    def closed(self) -> bool:
        """Return whether the connection's end is also the answer's."""
        return self.status != 0 and self._left == _UNTIL_CLOSE

    def _head(self, data: bytes) -> bytes | None:
        """Read the head, passing over 1xx; returns what follows it, or None to wait for more."""
        data = self._rest + data if self._rest else data
        while True:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                if len(data) > _HEAD_LIMIT or not b"HTTP/1.".startswith(data[:7]):
                    raise BadAnswer("an answer without a proper head")
                self._rest = data
                return None
            found = _STATUS.match(data)
            if found is None:
                raise BadAnswer("an answer without a proper status line")
            status = int(found[2])
            if status >= 200 or status == _UPGRADED:
                break
            data = data[end + 4 :]
        self._rest = b""
        self.status = status
        self._frame(data[: end + 2].lower(), old=found[1] == b"0")
        return data[end + 4 :]

    def _frame(self, head: bytes, *, old: bool) -> None:
        """Find out how the body ends (RFC 9112, section 6.3), and whether the connection lives."""
        found = _FRAMING.findall(head)
        fields = dict(found)
        if len(fields) < len(found):  # repeated ones are one list (RFC 9110, section 5.3)
            fields = {name: b",".join(v for n, v in found if n == name) for name in fields}
        self.keep_alive = not old
        if options := fields.get(b"connection"):
            self.keep_alive = (not old or b"keep-alive" in options) and b"close" not in options
        if self.status == _UPGRADED:
            self.keep_alive = False
        elif not self._head_only and self.status not in _BODILESS:
            self._await_body(fields)

    def _await_body(self, fields: dict[bytes, bytes]) -> None:
        coding = fields.get(b"transfer-encoding")
        if coding is not None:
            if coding.rstrip().endswith(b"chunked"):
                self._chunks = _Chunks()
            else:
                self._left = _UNTIL_CLOSE
            return
        length = fields.get(b"content-length", b"")
        if not length.isdigit():
            length = length.partition(b",")[0].rstrip()
        self._left = int(length) if length.isdigit() and len(length) <= _DIGITS else _UNTIL_CLOSE


class _Chunks:
    """The chunked coding, read to find its end (RFC 9112, section 7.1)."""

    __slots__ = ("_left", "_line", "_trailer", "rest")

    def __init__(self) -> None:
        self.rest = b""  # what follows the end
        self._line = b""  # an incomplete line
        self._left = 0  # bytes of the present chunk, with its CR LF
        self._trailer = False

    def feed(self, data: bytes) -> bool:
        """Take a piece; returns whether the end was reached."""
        position = 0
        while position < len(data):
            if self._left:
                step = min(self._left, len(data) - position)
                self._left -= step
                position += step
                continue
            end = data.find(b"\n", position)
            piece = data[position:] if end < 0 else data[position:end]
            line = self._line + piece
            if len(line) > _LINE_LIMIT:
                raise BadAnswer("an endless chunk size or trailer")
            if end < 0:
                self._line = line
                return False
            position, self._line = end + 1, b""
            if self._ends(line.rstrip(b"\r")):
                self.rest = data[position:]
                return True
        return False

    def _ends(self, line: bytes) -> bool:
        """Take a line that is not data; returns whether it is the last."""
        if self._trailer:
            return not line
        if not _SIZE.fullmatch(line):
            raise BadAnswer("a chunk without a proper size")
        size = int(line.partition(b";")[0], 16)
        self._trailer = size == 0
        self._left = size + 2 if size else 0
        return False
