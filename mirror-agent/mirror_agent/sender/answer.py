"""Reading a shadow's answer: only to know when it ends; nobody wants its content."""

import re

_HEAD_LIMIT = 64 * 1024
_LINE_LIMIT = 8 * 1024
_MOST_INTERIM = 16  # 1xx answers before the answer
_MOST_LINES = 1024  # chunk sizes and trailers: what has more is given up, whoever wants it
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
    """One answer, read in any pieces; the work grows with its bytes, however they are cut."""

    __slots__ = ("_chunks", "_head_only", "_interim", "_left", "_rest", "keep_alive", "status")

    def __init__(self) -> None:
        """Be ready for the first answer of a connection."""
        self.begin(head_only=False)

    def begin(self, *, head_only: bool) -> None:
        """Be ready for an answer; head_only: to HEAD, whose answers have no body."""
        self.status = 0
        self.keep_alive = True
        self._head_only = head_only
        self._rest = bytearray()
        self._interim = 0
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
        rest, searched = self._rest, 0
        if rest:
            searched = max(0, len(rest) - 3)
            rest += data
            end = rest.find(b"\r\n\r\n", searched)
            if end < 0:
                self._wait(rest, 0)
                return None
            data, self._rest = bytes(rest), bytearray()
        position = 0
        while True:
            end = data.find(b"\r\n\r\n", max(position, searched))
            if end < 0:
                self._wait(data, position)
                return None
            found = _STATUS.match(data, position)
            if found is None:
                raise BadAnswer("an answer without a proper status line")
            status = int(found[2])
            if status >= 200 or status == _UPGRADED:
                break
            self._interim += 1
            if self._interim > _MOST_INTERIM:
                raise BadAnswer(f"more than {_MOST_INTERIM} interim (1xx) answers")
            position = end + 4
        self.status = status
        self._frame(data[position : end + 2].lower(), old=found[1] == b"0")
        return data[end + 4 :]

    def _wait(self, data: bytes | bytearray, position: int) -> None:
        """Keep an incomplete head, which begins at position, for the next piece."""
        begin = bytes(data[position : position + 7])
        if len(data) - position > _HEAD_LIMIT or not b"HTTP/1.".startswith(begin):
            raise BadAnswer("an answer without a proper head")
        if data is not self._rest:
            self._rest = bytearray(data[position:])

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

    __slots__ = ("_left", "_line", "_lines", "_trailer", "rest")

    def __init__(self) -> None:
        self.rest = b""  # what follows the end
        self._line = b""  # an incomplete line
        self._left = 0  # bytes of the present chunk, with its CR LF
        self._trailer = False
        self._lines = 0

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
        self._lines += 1
        if self._lines > _MOST_LINES:
            raise BadAnswer(f"more than {_MOST_LINES} chunks and trailers")
        if self._trailer:
            return not line
        if not _SIZE.fullmatch(line):
            raise BadAnswer("a chunk without a proper size")
        size = int(line.partition(b";")[0], 16)
        self._trailer = size == 0
        self._left = size + 2 if size else 0
        return False
