"""GoReplay's messages to its middleware.

A message is a line of hexadecimal digits: `type id time duration`, a newline, and what was
captured; type 1 is a request, 3 an answer of the shadow's (GoReplay, docs/Middleware.md). Times
are in nanoseconds.
"""

import binascii
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

REQUEST = b"1"
SHADOW_ANSWER = b"3"

_META = re.compile(rb"(\d) ([!-~]{1,100}) (-?\d{1,19}) (-?\d{1,19})")


class LineError(ValueError):
    """A line that is no message."""


class Message(NamedTuple):
    """A message; `at` is the last moment that it tells of, in Unix seconds."""

    kind: bytes
    identity: bytes
    at: float
    payload: bytes


class Line(NamedTuple):
    """A line without its end; `is_cut` tells that only its beginning was kept."""

    text: bytes
    is_cut: bool


def lines(source: BinaryIO, most: int) -> Iterator[Line]:
    """Read lines, of each at most the first `most` bytes, an even number: two make a byte."""
    while text := source.readline(most):
        whole = text.endswith(b"\n")
        rest = b"" if whole else text
        while rest and not rest.endswith(b"\n"):
            rest = source.readline(65536)
        yield Line(text.rstrip(b"\r\n"), not whole)


def parse(text: bytes) -> Message:
    """Read a line. Raises LineError."""
    try:
        meta, newline, payload = binascii.unhexlify(text).partition(b"\n")
    except binascii.Error:
        raise LineError("not hexadecimal digits") from None
    match = _META.fullmatch(meta)
    if match is None or not newline:
        raise LineError("does not begin with type, id, time and duration")
    kind, identity, began, took = match.groups()
    return Message(kind, identity, (int(began) + int(took)) / 1e9, payload)
