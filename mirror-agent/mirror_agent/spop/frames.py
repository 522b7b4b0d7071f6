"""SPOP's frames (SPOE.txt, section 3.2): what the agent writes, and what HAProxy's mean."""

from dataclasses import dataclass
from enum import IntEnum

from .codec import (
    BOOL,
    STRING,
    UINT32,
    CodecError,
    Value,
    decode_pairs,
    encode_pairs,
    encode_string,
    encode_varint,
)

UNSET, HAPROXY_HELLO, HAPROXY_DISCONNECT, NOTIFY = 0, 1, 2, 3
AGENT_HELLO, AGENT_DISCONNECT, ACK = 101, 102, 103

FIN = 1
LENGTH_BYTES = 4
SMALLEST_FRAME = 7  # type, flags, stream id and frame id of one byte each
SMALLEST_MAXIMUM = 256  # of max-frame-size
_NO_STREAM = b"\x00\x00"
_SET_VAR, _THREE_ARGUMENTS, _TRANSACTION = 1, 3, 2


class Status(IntEnum):
    """Why a peer disconnects (SPOE.txt, section 3.2.10)."""

    NORMAL = 0
    IO_ERROR = 1
    TIMEOUT = 2
    TOO_BIG = 3
    INVALID = 4
    NO_VERSION = 5
    NO_MAX_FRAME_SIZE = 6
    NO_CAPABILITIES = 7
    BAD_VERSION = 8
    BAD_MAX_FRAME_SIZE = 9
    FRAGMENTED = 10
    INTERLACED = 11
    NO_FRAME_ID = 12
    RESOURCES = 13
    UNKNOWN = 99


class ProtocolError(Exception):
    """The peer broke the protocol; `status` is what to tell it."""

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Hello:
    """What HAProxy said in its HELLO; max_frame_size in bytes."""

    max_frame_size: int
    healthcheck: bool
    engine_id: bytes


def _number(value: int) -> bytes:
    return bytes((UINT32,)) + encode_varint(value)


def _text(value: bytes) -> bytes:
    return bytes((STRING,)) + encode_string(value)


def frame(kind: int, payload: bytes, ids: bytes = _NO_STREAM) -> bytes:
    """Return one unfragmented frame with its length in front; ids: stream and frame id, encoded."""
    content = bytes((kind, 0, 0, 0, FIN)) + ids + payload
    return len(content).to_bytes(LENGTH_BYTES, "big") + content


def agent_hello(max_frame_size: int) -> bytes:
    """Return the agent's HELLO.

    Only pipelining is announced: asynchronous answers and fragments are gone since HAProxy 3.1.
    """
    return frame(
        AGENT_HELLO,
        encode_pairs(
            {
                b"version": _text(b"2.0"),
                b"max-frame-size": _number(max_frame_size),
                b"capabilities": _text(b"pipelining"),
            }
        ),
    )


def agent_disconnect(status: Status, message: str) -> bytes:
    """Return the agent's DISCONNECT."""
    return frame(
        AGENT_DISCONNECT,
        encode_pairs(
            {b"status-code": _number(status), b"message": _text(message.encode(errors="replace"))}
        ),
    )


def ack_actions(variable: str | None) -> bytes:
    """Return the actions of every ACK: none, or setting a transaction variable to true."""
    if variable is None:
        return b""
    head = bytes((_SET_VAR, _THREE_ARGUMENTS, _TRANSACTION))
    return head + encode_string(variable.encode()) + bytes((BOOL | 0x10,))


def parse_hello(content: bytes, position: int) -> Hello:
    """Read the payload of HAPROXY-HELLO.

    Raises ProtocolError with the status for what is missing, or is not version 2.
    """
    try:
        pairs = decode_pairs(content, position)
    except CodecError as error:
        raise ProtocolError(Status.INVALID, f"HELLO: {error}") from error
    _check_version(pairs.get(b"supported-versions"))
    size = pairs.get(b"max-frame-size")
    if size is None:
        raise ProtocolError(Status.NO_MAX_FRAME_SIZE, "HELLO has no max-frame-size")
    if isinstance(size, bool) or not isinstance(size, int) or size < SMALLEST_MAXIMUM:
        raise ProtocolError(Status.BAD_MAX_FRAME_SIZE, "HELLO has no usable max-frame-size")
    if not isinstance(pairs.get(b"capabilities"), bytes):
        raise ProtocolError(Status.NO_CAPABILITIES, "HELLO has no capabilities")
    engine = pairs.get(b"engine-id")
    return Hello(
        max_frame_size=size,
        healthcheck=pairs.get(b"healthcheck") is True,
        engine_id=engine if isinstance(engine, bytes) else b"",
    )


def _check_version(versions: Value) -> None:
    if not isinstance(versions, bytes):
        raise ProtocolError(Status.NO_VERSION, "HELLO has no supported-versions")
    majors = {version.strip().partition(b".")[0] for version in versions.split(b",")}
    if b"2" not in majors:
        raise ProtocolError(Status.BAD_VERSION, "this agent speaks version 2.0 only")
