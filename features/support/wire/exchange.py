"""One request as it was sent, answered and received, and how those differ."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from features.support.wire import targets

Headers = tuple[tuple[str, str], ...]

# RFC 9110, section 7.6.1: these end at the next hop. Framing is each hop's own.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "content-length",
        "keep-alive",
        "proxy-connection",
        "te",
        "transfer-encoding",
        "upgrade",
    }
)
# What the gateways of the catalogue may add to a request on its way to the primary.
ADDED_BY_THE_GATEWAY = frozenset({"x-forwarded-for", "x-request-id", "x-route"})


@dataclass(frozen=True)
class Sent:
    """A request as the client put it on the wire; text stands for bytes in Latin-1."""

    method: str
    target: str
    headers: Headers
    body: bytes | None = field(default=None, repr=False)
    chunked: bool = False

    @property
    def request_id(self) -> str | None:
        """Return the id on which journals are joined."""
        return first(self.headers, "x-request-id")

    def __str__(self) -> str:
        """Return the request line, and what there is of a body."""
        if self.body is None:
            return f"{self.method} {self.target}"
        return f"{self.method} {self.target} with {_bytes(self.body, chunked=self.chunked)}"


def _bytes(body: bytes, *, chunked: bool) -> str:
    size = "1 byte" if len(body) == 1 else f"{len(body)} bytes"
    return f"{size} in chunks" if chunked else size


@dataclass(frozen=True)
class Answer:
    """What the client got; `elapsed` is in seconds, from first byte sent to last byte read."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    elapsed: float

    @property
    def service(self) -> str | None:
        """Return the name of the recorder that answered, None when the gateway itself did."""
        return first(self.headers, "x-backend-name")

    @property
    def request_id(self) -> str | None:
        """Return the id of the request that this is the answer to."""
        return first(self.headers, "x-request-id")

    def __str__(self) -> str:
        """Return status, length and time."""
        return f"status {self.status} with {len(self.body)} bytes after {self.elapsed:.2f} s"


@dataclass(frozen=True)
class Received:
    """One journal entry of a recorder.

    It began `at` and was `answered` at those Unix times; `door` is which of the recorder's service
    ports took it; `messages` are those of the WebSocket session that it opened.
    """

    service: str
    method: str
    target: str
    headers: Headers
    framing: str
    length: int
    sha256: str
    state: str
    connection: int
    request_id: str | None
    at: float
    answered: float | None = None
    door: str = "service"
    trailers: Headers = ()
    messages: int | None = None

    @classmethod
    def from_entry(cls, entry: dict[str, Any]) -> "Received":
        """Read a journal entry as the recorder's control port gives it."""
        fields = {name: entry[name] for name in cls.__dataclass_fields__}
        pairs = {name: tuple((n, v) for n, v in fields[name]) for name in ("headers", "trailers")}
        arrived = targets.back(fields["target"])
        return cls(**{**fields, **pairs, "target": arrived})

    @property
    def route(self) -> str | None:
        """Return the route on which the gateway passed the request, as it says, or by its path."""
        return first(self.headers, "x-route") or targets.route_of(self.target)

    def __str__(self) -> str:
        """Return the request line, and how much of a body came."""
        whole = "" if self.state == "complete" else f" ({self.state})"
        return f"{self.method} {self.target} with {self.length} bytes{whole}"


def first(headers: Headers, name: str) -> str | None:
    """Return the first value of a header, by its lower-case name."""
    return next((value for key, value in headers if key.lower() == name), None)


def values(headers: Headers, name: str) -> list[str]:
    """Return every value of a header, in order, by its lower-case name."""
    return [value for key, value in headers if key.lower() == name]


class Part(Enum):
    """What of a request may differ."""

    METHOD = "method"
    TARGET = "target"
    HEADERS = "headers"
    ORDER = "order"
    BODY = "body"
    STATE = "state"


@dataclass(frozen=True)
class Difference:
    """What is not as it was sent, in words; `lost` is the header that is missing, if one is."""

    part: Part
    text: str
    lost: tuple[str, str] | None = None

    def __str__(self) -> str:
        return self.text


def differences(
    sent: Sent, received: Received, added: frozenset[str] = ADDED_BY_THE_GATEWAY
) -> list[Difference]:
    """List what is not as it was sent; an empty list means a faithful request.

    Header names compare without case (RFC 9110, section 5.1); values, repeats and the order of
    the client's own headers compare exactly. Headers in `added` may come on top.
    """
    body = sent.body or b""
    found = _unequal(Part.METHOD, "method", sent.method, received.method)
    found += _unequal(Part.TARGET, "target", sent.target, received.target)
    found += _header_differences(sent.headers, received.headers, added)
    found += _unequal(Part.BODY, "body length", len(body), received.length)
    if len(body) == received.length:
        digest = hashlib.sha256(body).hexdigest()
        found += _unequal(Part.BODY, "body sha256", digest, received.sha256)
    found += _unequal(Part.STATE, "state", "complete", received.state)
    return found


def _header_differences(
    sent: Headers, received: Headers, added: frozenset[str]
) -> list[Difference]:
    wanted, got = _comparable(sent), _comparable(received)
    names = {name for name, _ in wanted}
    extra = [pair for pair in got if pair[0] not in names and pair[0] not in added]
    kept = [pair for pair in got if pair[0] in names]
    found = [_header(pair, "was added") for pair in extra]
    if kept != wanted:
        found += [_header(pair, "is missing", lost=pair) for pair in _missing(wanted, kept)]
        found += [_header(pair, "was not sent") for pair in _missing(kept, wanted)]
        found = found or [Difference(Part.ORDER, _order(wanted, kept))]
    return found


def _order(wanted: Sequence[tuple[str, str]], kept: Sequence[tuple[str, str]]) -> str:
    at = next(n for n, pair in enumerate(wanted) if kept[n] != pair)
    return f"headers came in another order: {kept[at][0]} where {wanted[at][0]} stood"


def _comparable(headers: Headers) -> list[tuple[str, str]]:
    """Leave out what is each hop's own; Host may stand anywhere (RFC 9110, section 7.2)."""
    kept = [(n.lower(), value) for n, value in headers if n.lower() not in HOP_BY_HOP]
    return sorted(kept, key=lambda header: header[0] != "host")


def _missing(
    wanted: Iterable[tuple[str, str]], present: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    return list((Counter(wanted) - Counter(present)).elements())


def _header(header: tuple[str, str], what: str, lost: tuple[str, str] | None = None) -> Difference:
    name, value = header
    return Difference(Part.HEADERS, f"header {name}: {value!r} {what}", lost)


def _unequal(part: Part, what: str, sent: object, received: object) -> list[Difference]:
    if sent == received:
        return []
    return [Difference(part, f"{what}: sent {sent!r}, received {received!r}")]
