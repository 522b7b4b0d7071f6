"""The SPOE input: SPOP connections from HAProxy, acknowledged before anything else happens.

HAProxy holds the client's request until the ACK arrives. So all requests of one read are
acknowledged in one write, and only then decoded, some at a time.
"""

import asyncio
import re
from collections import deque
from struct import Struct

from ..mirror import Mirror
from ..request import Request
from ..spop.codec import CodecError, decode_varint
from ..spop.frames import (
    ACK,
    FIN,
    HAPROXY_DISCONNECT,
    HAPROXY_HELLO,
    LENGTH_BYTES,
    NOTIFY,
    SMALLEST_FRAME,
    ProtocolError,
    Status,
    ack_actions,
    agent_disconnect,
    agent_hello,
    parse_hello,
)
from .connection import Connection, Intake
from .message import requests, usual

_HELLO_LIMIT = 16 * 1024  # bytes; before HELLO nobody needs more
_LONGEST_IDS = 20  # bytes of two 64-bit integers
_IDS_AT = 5  # behind type and flags
_SLICE = 64  # requests handled before other connections get their turn
_FINAL = FIN.to_bytes(4, "big")
_LENGTH = Struct(">I").unpack_from
# Stream id and frame id, two variable-length integers; those above 60 bits are left to _behind_ids.
_IDS = re.compile(rb"(?:[\x00-\xef]|[\xf0-\xff][\x80-\xff]{0,7}[\x00-\x7f]){2}").match


class SpoeIntake(Intake):
    """The SPOE input of a worker: what its connections share."""

    mirror: Mirror
    max_frame_size = 1024 * 1024

    def prepare(self, mirror: Mirror, max_frame_size: int, ack_variable: str | None) -> None:
        """Set where requests go, the largest frame in bytes, and what an ACK sets if anything."""
        self.mirror = mirror
        self.max_frame_size = max_frame_size
        self.actions = ack_actions(ack_variable)
        # The start of an ACK depends only on the length of the ids it repeats.
        self.ack_starts = [
            (_IDS_AT + length + len(self.actions)).to_bytes(LENGTH_BYTES, "big")
            + bytes((ACK,))
            + _FINAL
            for length in range(_LONGEST_IDS + 1)
        ]


class SpoeConnection(Connection):
    """One connection of an HAProxy thread."""

    intake: SpoeIntake

    def __init__(self, intake: SpoeIntake) -> None:
        """Belong to the input; wait for HELLO."""
        super().__init__(intake)
        self._largest = min(_HELLO_LIMIT, intake.max_frame_size)
        self._room = 0
        self._greeted = False
        self._backlog: deque[bytes] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the time that HAProxy has for its HELLO."""
        self.waiting_since = asyncio.get_running_loop().time()
        super().connection_made(transport)

    def consume(self, data: bytes) -> tuple[int, int]:
        """Acknowledge all requests in data at once, then mirror them."""
        acks: list[bytes] = []
        notifies: list[bytes] = []
        failure: ProtocolError | None = None
        wanted = position = 0
        try:
            position, wanted = self._split(data, acks, notifies)
        except ProtocolError as error:
            failure = error
        self.intake.account.promised[self.intake.name] += len(notifies)
        if acks and self.transport is not None:
            self.transport.write(b"".join(acks))
        if failure is not None:
            self._disconnect(failure)
        for payload in notifies[:_SLICE]:
            self._mirror(payload)
        if len(notifies) > _SLICE:
            self._backlog.extend(notifies[_SLICE:])
            self.pause(True)
            asyncio.get_running_loop().call_soon(self._go_on)
        return position, wanted

    def _go_on(self) -> None:
        """Mirror the next slice of what was acknowledged, even where the connection has ended."""
        backlog = self._backlog
        for _ in range(min(_SLICE, len(backlog))):
            self._mirror(backlog.popleft())
        if backlog:
            asyncio.get_running_loop().call_soon(self._go_on)
        else:
            self.pause(False)

    def goodbye(self) -> None:
        """Tell HAProxy that the agent ends, so that it does not wait for it."""
        while self._backlog:
            self._mirror(self._backlog.popleft())
        if self.transport is not None:
            self.transport.write(agent_disconnect(Status.NORMAL, "the agent ends"))
        self.hang_up()

    def _split(self, data: bytes, acks: list[bytes], notifies: list[bytes]) -> tuple[int, int]:
        """Cut data into frames; returns bytes used and bytes that the next frame needs."""
        position, end = 0, len(data)
        starts, actions = self.intake.ack_starts, self.intake.actions
        while end - position >= LENGTH_BYTES:
            begin = position + LENGTH_BYTES
            (length,) = _LENGTH(data, position)
            if not SMALLEST_FRAME <= length <= self._largest:
                raise _wrong(length)
            stop = begin + length
            if stop > end:
                return position, stop - position
            if data[begin + 1 : begin + _IDS_AT] != _FINAL:
                raise ProtocolError(Status.FRAGMENTED, "fragments are not supported")
            if data[begin] == NOTIFY and self._greeted:
                first = begin + _IDS_AT
                ids = _IDS(data, first, stop)
                payload = ids.end() if ids else _behind_ids(data, first, stop)
                acks += (starts[payload - first], data[first:payload], actions)
                notifies.append(data[payload:stop])
            elif not self._control(data[begin:stop], acks):
                return end, 0
            position = stop
        return position, LENGTH_BYTES

    def _control(self, content: bytes, acks: list[bytes]) -> bool:
        """Answer a frame that is about the connection; returns whether it goes on."""
        kind = content[0]
        payload = _behind_ids(content, _IDS_AT, len(content))
        if kind == HAPROXY_DISCONNECT:
            # What was acknowledged goes out first, in the same write.
            if self.transport is not None:
                acks.append(agent_disconnect(Status.NORMAL, "goodbye"))
                self.transport.write(b"".join(acks))
                acks.clear()
            self.hang_up()
            return False
        if kind != HAPROXY_HELLO or self._greeted:
            raise ProtocolError(Status.INVALID, f"an unexpected frame of type {kind}")
        hello = parse_hello(content, payload)
        self._largest = min(hello.max_frame_size, self.intake.max_frame_size)
        # HAProxy's default for max-frame-size is its buffer less 4 bytes.
        self._room = hello.max_frame_size + 4
        self._greeted = self.proven = True
        self.waiting_since = self.NEVER
        if hello.healthcheck:
            self.intake.account.healthchecks += 1
        acks.append(agent_hello(self._largest))
        return True

    def _disconnect(self, error: ProtocolError) -> None:
        if self.transport is not None:
            self.transport.write(agent_disconnect(error.status, str(error)))
            self.refuse(error.status.name.lower(), str(error))

    def _mirror(self, payload: bytes) -> None:
        mirror, name = self.intake.mirror, self.intake.name
        request = usual(payload, self._room)
        if request is not None:
            mirror.receive(name, request)
            return
        try:
            others = list(requests(payload, self._room))
        except Exception as error:  # an error with one frame must not end the connection
            mirror.malformed(name, repr(error)[:500])
            return
        for other in others:
            if isinstance(other, Request):
                mirror.receive(name, other)
            else:
                mirror.malformed(name, str(other))


def _wrong(length: int) -> ProtocolError:
    status = Status.INVALID if length < SMALLEST_FRAME else Status.TOO_BIG
    return ProtocolError(status, f"a frame of {length} bytes")


def _behind_ids(data: bytes, position: int, stop: int) -> int:
    """Return the position behind stream id and frame id; their values do not matter."""
    try:
        for _ in range(2):
            _, position = decode_varint(data, position)
    except CodecError as error:
        raise ProtocolError(Status.INVALID, f"frame ids: {error}") from error
    if position > stop:
        raise ProtocolError(Status.INVALID, "frame ids end in the middle")
    return position
