"""The SPOE input: SPOP connections from HAProxy, acknowledged before anything else happens.

HAProxy holds the client's request until the ACK arrives. So all requests of one read are
acknowledged in one write, and only then decoded.
"""

import asyncio

from ..mirror import Mirror
from ..request import Request
from ..spop.codec import CodecError, Value, decode_header_list, decode_messages, decode_varint
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


class MalformedError(ValueError):
    """A message that holds no request."""


_HELLO_LIMIT = 16 * 1024  # bytes; before HELLO nobody needs more
_LONGEST_IDS = 20  # bytes of two 64-bit integers
_IDS_AT = 5  # behind type and flags
_FINAL = FIN.to_bytes(4, "big")


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
        if acks and self.transport is not None:
            self.transport.write(b"".join(acks))
        if failure is not None:
            self._disconnect(failure)
        for payload in notifies:
            self._mirror(payload)
        return position, wanted

    def goodbye(self) -> None:
        """Tell HAProxy that the agent ends, so that it does not wait for it."""
        if self.transport is not None:
            self.transport.write(agent_disconnect(Status.NORMAL, "the agent ends"))
        self.hang_up()

    def _split(self, data: bytes, acks: list[bytes], notifies: list[bytes]) -> tuple[int, int]:
        """Cut data into frames; returns bytes used and bytes that the next frame needs."""
        position, end = 0, len(data)
        starts, actions = self.intake.ack_starts, self.intake.actions
        while end - position >= LENGTH_BYTES:
            begin = position + LENGTH_BYTES
            stop = begin + self._length(data[position:begin])
            if stop > end:
                return position, stop - position
            if data[begin + 1 : begin + _IDS_AT] != _FINAL:
                raise ProtocolError(Status.FRAGMENTED, "fragments are not supported")
            if data[begin] == NOTIFY and self._greeted:
                first = begin + _IDS_AT
                payload = _behind_ids(data, first, stop)
                acks += (starts[payload - first], data[first:payload], actions)
                notifies.append(data[payload:stop])
            elif not self._control(data[begin:stop], acks):
                return end, 0
            position = stop
        return position, LENGTH_BYTES

    def _length(self, encoded: bytes) -> int:
        length = int.from_bytes(encoded, "big")
        if length > self._largest:
            raise ProtocolError(Status.TOO_BIG, f"a frame of {length} bytes")
        if length < SMALLEST_FRAME:
            raise ProtocolError(Status.INVALID, f"a frame of {length} bytes")
        return length

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
        self._greeted = True
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
        try:
            messages = decode_messages(payload)
        except CodecError as error:
            mirror.malformed(name, str(error))
            return
        for _message, arguments in messages:
            try:
                request = request_from(arguments, self._room)
            except ValueError as error:
                mirror.malformed(name, str(error))
            else:
                mirror.receive(name, request)


def _behind_ids(data: bytes, position: int, stop: int) -> int:
    """Return the position behind stream id and frame id; their values do not matter."""
    if data[position] < 240 and data[position + 1] < 240:
        return position + 2
    try:
        for _ in range(2):
            _, position = decode_varint(data, position)
    except CodecError as error:
        raise ProtocolError(Status.INVALID, f"frame ids: {error}") from error
    if position > stop:
        raise ProtocolError(Status.INVALID, "frame ids end in the middle")
    return position


def request_from(arguments: dict[bytes, Value], room: int) -> Request:
    """Make a request of a message's arguments; room is HAProxy's buffer size, if known.

    The names are those of mirror.spoe, or those that haproxytech's spoa-mirror uses. Raises
    MalformedError where method, target or headers are missing or not text.
    """
    find = arguments.get
    method = find(b"method") or find(b"arg_method")
    target = find(b"target") or find(b"arg_path")
    headers = find(b"headers")
    body = find(b"body") or find(b"arg_body") or b""
    announced = find(b"announced")
    if headers is None:
        headers = _header_text(find(b"headers_bin") or find(b"arg_hdrs"))
    if not (isinstance(method, bytes) and isinstance(target, bytes)):
        raise MalformedError("a message without the arguments method and target")
    if not (isinstance(headers, bytes) and isinstance(body, bytes)):
        raise MalformedError("a message whose headers or body are not text")
    return Request(
        method, target, headers, body, announced if isinstance(announced, int) else None, room
    )


def _header_text(block: Value) -> bytes:
    if not isinstance(block, bytes):
        raise MalformedError("a message without the argument headers")
    lines = [name + b": " + value + b"\r\n" for name, value in decode_header_list(block)]
    return b"".join(lines) + b"\r\n"
