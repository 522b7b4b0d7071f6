r"""The ring input: HAProxy's log ring over TCP, a request a line, lines with their length in front.

    LENGTH SP m1 SP series SP number SP buffer SP announced SP method SP target SP headers SP body

The last three are base64; "-" stands for empty, as HAProxy writes it. `series` names the HAProxy
process, `number` counts its lines from 1, `buffer` is its tune.bufsize and `announced` its
req.body_size. With `m2` for `m1`, `whole` follows `announced`: 1 where HAProxy saw the end of the
request, 0 where the body is cut or the client broke off. What HAProxy refused unread (400) has
neither number nor request. HAProxy never waits for this connection and reads no answer.
"""

import asyncio
import re
import socket
import struct
from base64 import b64decode

from ..mirror import Mirror
from ..request import Request, bounded
from .connection import Connection, Intake
from .numbers import Numbers

MAX_LINE = 128 * 1024  # bytes; HAProxy's own limit is 65535
_MAX_DIGITS = 7
_FIELDS = {b"m1": 9, b"m2": 10}
_MOST_FIELDS = max(_FIELDS.values())
_WHOLE = {b"1": True, b"0": False}
# What HAProxy itself writes into the ring.
_DROPPED = re.compile(rb"(\d{1,18}) events?(?:\(s\))? dropped\S*")
_SLICE = 64  # lines handled before the shadows' answers get their turn


class RingIntake(Intake):
    """The ring input of a worker: what its connections share."""

    idle_ends = False  # HAProxy keeps one connection, however long there is nothing to copy

    def prepare(self, mirror: Mirror) -> None:
        """Set where requests go."""
        self.mirror = mirror
        self.numbers = Numbers()

    def sweep(self) -> None:
        """Settle missing numbers as well."""
        self.settle()
        super().sweep()

    def settle(self) -> None:
        """Bring the account's figures of lost lines up to date."""
        numbers = self.numbers
        numbers.settle(asyncio.get_running_loop().time())
        if numbers.lost > self.account.lost:
            self.log.warning(
                "HAProxy dropped log lines",
                limit_by="lost",
                lost=numbers.lost,
                hint="a larger `size` of the ring holds longer bursts",
            )
        self.account.lost = numbers.lost
        self.account.repeated = numbers.repeated
        self.account.before_first = numbers.before_first


class RingConnection(Connection):
    """One connection of an HAProxy process's ring."""

    intake: RingIntake

    def __init__(self, intake: RingIntake) -> None:
        """Belong to the input."""
        super().__init__(intake)
        self._backlog = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let every end of this connection, the agent's death included, be a reset.

        HAProxy 3.0 takes no notice of an orderly end, and never connects its ring again. There is
        nothing to lose: the agent sends nothing to a ring.
        """
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        super().connection_made(transport)

    def consume(self, data: bytes) -> tuple[int, int]:
        """Handle a slice of lines; when there are more, stop reading until they are done."""
        position, wanted, lines = self._handle(data)
        if lines < _SLICE or self.transport is None:
            return position, wanted
        self.pause(True)
        self._backlog = data[position:]
        self._loop.call_soon(self._go_on)
        return len(data), 0

    def goodbye(self) -> None:
        """Handle what was read, then close."""
        backlog, self._backlog = self._backlog, b""
        while backlog:
            position, _, lines = self._handle(backlog)
            backlog = backlog[position:] if lines == _SLICE else b""
        self.hang_up()

    def _go_on(self) -> None:
        if self.transport is None:
            self._backlog = b""
            return
        backlog, self._backlog = self._backlog, b""
        if backlog:
            self.data_received(backlog)
        if not self._backlog:
            self.pause(False)

    def _handle(self, data: bytes) -> tuple[int, int, int]:
        """Handle up to a slice of lines; returns bytes used, bytes wanted next, and lines."""
        position, end, lines = 0, len(data), 0
        while position < end and lines < _SLICE:
            blank = data.find(b" ", position, position + _MAX_DIGITS + 1)
            if blank < 0 and end - position <= _MAX_DIGITS:
                return position, 1, lines
            digits = data[position:blank]
            length = int(digits) if blank > 0 and digits.isdigit() else 0
            if not 0 < length <= MAX_LINE:
                self.refuse("invalid", "a log line without a length, or too long")
                return position, 0, lines
            stop = blank + 1 + length
            if stop > end:
                return position, stop - position, lines
            self._mirror(data[blank + 1 : stop].rstrip())
            position = stop
            lines += 1
        return position, 1, lines

    def _mirror(self, line: bytes) -> None:
        intake = self.intake
        fields = line.split(None, _MOST_FIELDS)
        if note := _DROPPED.fullmatch(line):
            intake.account.reported += int(note[1])
            return
        if not fields or len(fields) != _FIELDS.get(fields[0]):
            intake.mirror.malformed(
                intake.name, f"a log line with {len(fields)} fields: {line[:60]!r}"
            )
            return
        self.proven = True
        if fields[2] == b"-" and not any(each.strip(b"-") for each in fields[4:]):
            intake.account.refused += 1
            return
        try:
            intake.numbers.note(fields[1], bounded(fields[2]), self._loop.time())
            request = _request(fields)
        except Exception as error:  # an error with one line must not end the connection
            intake.mirror.malformed(intake.name, f"a log line: {error}")
        else:
            intake.mirror.receive(intake.name, request)


def _request(fields: list[bytes]) -> Request:
    room, announced = fields[3:5]
    method, target, headers, body = fields[-4:]
    return Request(
        method,
        _decoded(target),
        _decoded(headers),
        _decoded(body),
        None if announced == b"-" else bounded(announced),
        bounded(room),
        _WHOLE.get(fields[5]) if fields[0] == b"m2" else None,
    )


def _decoded(text: bytes) -> bytes:
    return b"" if text == b"-" else b64decode(text, validate=True)
