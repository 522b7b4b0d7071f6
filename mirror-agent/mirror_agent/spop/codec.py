"""SPOP's data types: variable-length integers, strings and typed data (SPOE.txt, section 3.1).

Decoders take a buffer and a position and return the value and the position behind it. They raise
CodecError on anything that is not well-formed, and never read past the end of the buffer.
"""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Value = None | bool | int | bytes | Address

NULL, BOOL, INT32, UINT32, INT64, UINT64, IPV4, IPV6, STRING, BINARY = range(10)

_TYPE_MASK = 0x0F
_TRUE = 0x10
ONE_BYTE = 240  # smaller numbers take a single byte
_MORE = 128
_TOP = 1 << 64
# Far more than HAProxy sends: a message a group's line, headers as tune.http.maxhdr allows.
_MOST_MESSAGES = 32
_MOST_HEADERS = 4096


class CodecError(ValueError):
    """The bytes are not what SPOP allows at this place."""


def encode_varint(number: int) -> bytes:
    """Encode 0 <= number < 2**64 as a variable-length integer."""
    if not 0 <= number < _TOP:
        raise CodecError(f"{number} does not fit an unsigned 64-bit integer")
    if number < ONE_BYTE:
        return bytes((number,))
    encoded = bytearray((number & 0xFF | ONE_BYTE,))
    number = (number - ONE_BYTE) >> 4
    while number >= _MORE:
        encoded.append(number & 0x7F | _MORE)
        number = (number - _MORE) >> 7
    encoded.append(number)
    return bytes(encoded)


def decode_varint(buffer: bytes, position: int) -> tuple[int, int]:
    """Decode a variable-length integer."""
    try:
        number = buffer[position]
        position += 1
        if number < ONE_BYTE:
            return number, position
        shift = 4
        while True:
            byte = buffer[position]
            position += 1
            number += byte << shift
            if byte < _MORE:
                break
            shift += 7
            if number >= _TOP:
                break
    except IndexError:
        raise CodecError("an integer ends in the middle") from None
    if number >= _TOP:
        raise CodecError("an integer is longer than 64 bits")
    return number, position


def encode_string(text: bytes) -> bytes:
    """Encode bytes with their length in front."""
    return encode_varint(len(text)) + text


def decode_string(buffer: bytes, position: int) -> tuple[bytes, int]:
    """Decode bytes with their length in front."""
    length, position = decode_varint(buffer, position)
    end = position + length
    if end > len(buffer):
        raise CodecError(f"a string of {length} bytes has only {len(buffer) - position}")
    return buffer[position:end], end


def encode_value(value: Value) -> bytes:
    """Encode typed data; bytes become a string, integers the widest type of their sign."""
    if value is None:
        return bytes((NULL,))
    if isinstance(value, bool):
        return bytes((BOOL | (_TRUE if value else 0),))
    if isinstance(value, int):
        if value < 0:
            return bytes((INT64,)) + encode_varint(value + _TOP)
        return bytes((UINT64,)) + encode_varint(value)
    if isinstance(value, bytes):
        return bytes((STRING,)) + encode_string(value)
    return bytes((IPV4 if value.version == 4 else IPV6,)) + value.packed


def decode_value(buffer: bytes, position: int) -> tuple[Value, int]:
    """Decode typed data."""
    if position >= len(buffer):
        raise CodecError("typed data has no type")
    first = buffer[position]
    kind = first & _TYPE_MASK
    position += 1
    if kind in (STRING, BINARY):
        return decode_string(buffer, position)
    if INT32 <= kind <= UINT64:
        number, position = decode_varint(buffer, position)
        negative = kind in (INT32, INT64) and number >= _TOP // 2
        return (number - _TOP if negative else number), position
    if kind == NULL:
        return None, position
    if kind == BOOL:
        return bool(first & _TRUE), position
    return _decode_address(kind, buffer, position)


def _decode_address(kind: int, buffer: bytes, position: int) -> tuple[Value, int]:
    if kind not in (IPV4, IPV6):
        raise CodecError(f"typed data of the unknown type {kind}")
    end = position + (4 if kind == IPV4 else 16)
    if end > len(buffer):
        raise CodecError("an address ends in the middle")
    return ipaddress.ip_address(buffer[position:end]), end


def encode_pairs(pairs: dict[bytes, bytes]) -> bytes:
    """Encode a list of names with typed data that is already encoded."""
    return b"".join(encode_string(name) + value for name, value in pairs.items())


def decode_pairs(buffer: bytes, position: int) -> dict[bytes, Value]:
    """Decode names with typed data up to the end of the buffer; of a repeated name the last."""
    pairs: dict[bytes, Value] = {}
    end = len(buffer)
    while position < end:
        name, position = decode_string(buffer, position)
        pairs[name], position = decode_value(buffer, position)
    return pairs


def decode_arguments(buffer: bytes, position: int, count: int) -> tuple[dict[bytes, Value], int]:
    """Decode `count` arguments of a message.

    Every request passes here, so the usual case (a short name, a string) is written out.
    """
    arguments: dict[bytes, Value] = {}
    size = len(buffer)
    try:
        for _ in range(count):
            length = buffer[position]
            if length < ONE_BYTE:
                position += 1
                end = position + length
                name = buffer[position:end]
            else:
                name, end = decode_string(buffer, position)
            kind = buffer[end] & _TYPE_MASK
            if kind in (STRING, BINARY):
                length, position = buffer[end + 1], end + 2
                if length >= ONE_BYTE:
                    length, position = decode_varint(buffer, end + 1)
                end = position + length
                if end > size:
                    raise CodecError(f"a string of {length} bytes has only {size - position}")
                arguments[name] = buffer[position:end]
                position = end
            else:
                arguments[name], position = decode_value(buffer, end)
    except IndexError:
        raise CodecError("a message ends in the middle of its arguments") from None
    return arguments, position


def decode_messages(payload: bytes) -> list[tuple[bytes, dict[bytes, Value]]]:
    """Decode the payload of a NOTIFY frame: up to 32 messages, each a name with its arguments."""
    messages: list[tuple[bytes, dict[bytes, Value]]] = []
    position, end = 0, len(payload)
    while position < end:
        if len(messages) == _MOST_MESSAGES:
            raise CodecError(f"a frame with more than {_MOST_MESSAGES} messages")
        name, position = decode_string(payload, position)
        if position >= end:
            raise CodecError("a message has no number of arguments")
        arguments, position = decode_arguments(payload, position + 1, payload[position])
        messages.append((name, arguments))
    return messages


def decode_header_list(buffer: bytes) -> list[tuple[bytes, bytes]]:
    """Decode what HAProxy's fetch req.hdrs_bin gives: names with values, ended by two empty."""
    headers: list[tuple[bytes, bytes]] = []
    position = 0
    while True:
        name, position = decode_string(buffer, position)
        value, position = decode_string(buffer, position)
        if not name and not value:
            return headers
        if len(headers) == _MOST_HEADERS:
            raise CodecError(f"a request with more than {_MOST_HEADERS} headers")
        headers.append((name, value))
