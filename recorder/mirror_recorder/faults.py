"""Faults: how a recorder misbehaves on demand."""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_DELAY = 3600.0
MAX_BYTES = 1 << 40
MAX_EVENTS = 10_000

_FRAMING = frozenset({"content-length", "transfer-encoding"})


class FaultError(ValueError):
    """Why a document does not describe faults, in one line."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong for targets that start with `prefix`; the default is nothing.

    delay: seconds before the answer. status: of the answer. answer_bytes: size of its body.
    answer_events: how many server-sent events are its body, answer_pause: seconds between two.
    answer_headers: added to it. early_hints: an interim answer, 103 with a Link, goes so many
    seconds before it (RFC 8297), but not to HTTP/1.0. early: it is sent once the request's head
    has come. hang: never answer. hang_answer_at: stop after that many bytes of the answer's body.
    read_rate: body bytes per second taken off the socket. drop_answer_at: reset after that many
    bytes of the answer's body, 0 before the status line. drop_upload_at: reset once that many bytes
    of the request's body were read. refuse: listener closed, open connections reset.
    """

    delay: float = 0.0
    status: int | None = None
    answer_bytes: int | None = None
    answer_events: int | None = None
    answer_pause: float = 0.0
    answer_headers: tuple[tuple[str, str], ...] = ()
    early_hints: float | None = None
    early: bool = False
    hang: bool = False
    hang_answer_at: int | None = None
    read_rate: int | None = None
    drop_answer_at: int | None = None
    drop_upload_at: int | None = None
    refuse: bool = False
    prefix: str = ""

    @classmethod
    def parse(cls, document: Any) -> "Faults":
        """Read a JSON document. Raises FaultError: what is wrong, what is right."""
        if not isinstance(document, dict):
            raise FaultError('faults are a JSON object such as {"delay": 2}')
        for key, value in document.items():
            if key not in _RULES:
                raise FaultError(f"unknown fault {key!r}; known: {', '.join(_RULES)}")
            accepts, wanted = _RULES[key]
            if not accepts(value):
                raise FaultError(f"fault {key!r} must be {wanted}, not {value!r}"[:400])
        if document.get("refuse") and document.get("prefix"):
            raise FaultError("'refuse' closes the listener and cannot have a 'prefix'")
        values = dict(document)
        if "answer_headers" in values:
            values["answer_headers"] = tuple((k, v) for k, v in values["answer_headers"])
        return cls(**values)

    def as_json(self) -> dict[str, Any]:
        """Only what differs from a recorder that behaves."""
        return {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if getattr(self, field.name) != field.default
        }


NO_FAULTS = Faults()


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _is_delay(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and 0 <= value <= MAX_DELAY


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_latin(value: Any) -> bool:
    return isinstance(value, str) and all(ord(c) < 256 and c not in "\r\n\0" for c in value)


def _is_header(pair: Any) -> bool:
    if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_latin, pair)):
        return False
    name = pair[0]
    # The recorder frames its own answers: drop_answer_at is the way to break one.
    return bool(name) and not set(name) & set(" \t:") and name.lower() not in _FRAMING


def _are_headers(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_header, value))


_SIZE = (_whole(0, MAX_BYTES), f"a whole number of bytes from 0 to {MAX_BYTES}")
_SECONDS = (_is_delay, f"seconds from 0 to {MAX_DELAY:.0f}")
_FLAG = (_is_flag, "true or false")
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "delay": _SECONDS,
    "status": (_whole(200, 599), "a whole number from 200 to 599"),
    "answer_bytes": _SIZE,
    "answer_events": (_whole(1, MAX_EVENTS), f"a whole number from 1 to {MAX_EVENTS}"),
    "answer_pause": _SECONDS,
    "answer_headers": (
        _are_headers,
        'a list of ["name", "value"] in latin-1, without Content-Length and Transfer-Encoding',
    ),
    "early_hints": _SECONDS,
    "early": _FLAG,
    "hang": _FLAG,
    "hang_answer_at": _SIZE,
    "read_rate": (_whole(1, MAX_BYTES), f"whole bytes per second from 1 to {MAX_BYTES}"),
    "drop_answer_at": _SIZE,
    "drop_upload_at": _SIZE,
    "refuse": _FLAG,
    "prefix": (_is_latin, "text in latin-1"),
}
