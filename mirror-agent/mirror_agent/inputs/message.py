"""From the payload of a NOTIFY frame to requests."""

from collections.abc import Iterator

from ..request import Request
from ..spop.codec import (
    ONE_BYTE,
    CodecError,
    Value,
    decode_header_list,
    decode_messages,
    decode_varint,
)

# What stands before each value in the message of mirror.spoe: the names, and HAProxy's types.
_BEFORE = tuple(
    (before, len(before))
    for before in (
        b"\x07request\x06\x06method\x08",
        b"\x06target\x08",
        b"\x07headers\x08",
        b"\x04body\x09",
    )
)
_ANNOUNCED = b"\x09announced\x04"
_WHOLE = {b"\x05whole\x11": True, b"\x05whole\x01": False}
_NEGATIVE = 1 << 63


class MalformedError(ValueError):
    """A message that holds no request."""


def usual(payload: bytes, room: int) -> Request | None:
    """Read the message of mirror.spoe as HAProxy writes it; None for any other, wrong ones too.

    Nearly every request passes here, and this takes half as long as reading whatever may come.
    """
    values = []
    position = 0
    try:
        for before, size in _BEFORE:
            if not payload.startswith(before, position):
                return None
            position += size
            length = payload[position]
            if length < ONE_BYTE:
                position += 1
            else:
                length, position = decode_varint(payload, position)
            end = position + length
            values.append(payload[position:end])
            position = end
        if not payload.startswith(_ANNOUNCED, position):
            return None
        announced, end = decode_varint(payload, position + len(_ANNOUNCED))
    except (IndexError, CodecError):
        return None
    method, target, headers, body = values
    whole = _WHOLE.get(payload[end:])
    if whole is None or announced >= _NEGATIVE or not (method and target):
        return None
    return Request(method, target, headers, body, announced, room, whole)


def requests(payload: bytes, room: int) -> Iterator[Request | MalformedError]:
    """Yield what each message holds: a request, or why it holds none."""
    try:
        messages = decode_messages(payload)
    except CodecError as error:
        yield MalformedError(str(error))
        return
    for _message, arguments in messages:
        try:
            yield request_from(arguments, room)
        except ValueError as error:
            yield MalformedError(str(error))


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
    announced, whole = find(b"announced"), find(b"whole")
    if headers is None:
        headers = _header_text(find(b"headers_bin") or find(b"arg_hdrs"))
    if not (isinstance(method, bytes) and isinstance(target, bytes)):
        raise MalformedError("a message without the arguments method and target")
    if not (isinstance(headers, bytes) and isinstance(body, bytes)):
        raise MalformedError("a message whose headers or body are not text")
    return Request(
        method,
        target,
        headers,
        body,
        announced if isinstance(announced, int) else None,
        room,
        whole if isinstance(whole, bool) else None,
    )


def _header_text(block: Value) -> bytes:
    if not isinstance(block, bytes):
        raise MalformedError("a message without the argument headers")
    lines = [name + b": " + value + b"\r\n" for name, value in decode_header_list(block)]
    return b"".join(lines) + b"\r\n"
