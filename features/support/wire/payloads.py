"""The bodies and headers that the features call by name."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from features.support.wire.exchange import Headers

_KB, _MB = 1024, 1024 * 1024
_EVERY_BYTE = bytes(range(256))


@dataclass(frozen=True)
class Body:
    """Bytes to send, None for a request that has no body at all, and how they are framed."""

    content: bytes | None
    chunked: bool = False
    headers: Headers = ()


@lru_cache(maxsize=8)
def filled(size: int) -> bytes:
    """Return a body of a size, in bytes, in which every byte value occurs, and nothing repeats.

    It is the same for the same size. Blocks that are lost or change places show.
    """
    draw = Random(size)
    first = bytes(draw.sample(_EVERY_BYTE, len(_EVERY_BYTE)))[:size]
    return first + draw.randbytes(size - len(first))


def _order() -> Body:
    order = {"order": 4711, "items": [{"article": "Gänseblümchen", "count": 3}], "paid": True}
    text = json.dumps(order, ensure_ascii=False)
    return Body(text.encode(), headers=(("Content-Type", "application/json"),))


BODIES: Mapping[str, Callable[[], Body]] = {
    "no body": lambda: Body(None),
    "an empty body": lambda: Body(b""),
    "1 byte": lambda: Body(b"\x00"),
    "every byte value": lambda: Body(_EVERY_BYTE),
    "16 KB": lambda: Body(filled(16 * _KB)),
    "64 KB": lambda: Body(filled(64 * _KB)),
    "1 MB": lambda: Body(filled(_MB)),
    "10 MB": lambda: Body(filled(10 * _MB)),
    "16 KB in chunks": lambda: Body(filled(16 * _KB), chunked=True),
    "64 KB in chunks": lambda: Body(filled(64 * _KB), chunked=True),
    "1 MB in chunks": lambda: Body(filled(_MB), chunked=True),
    "an order as JSON": _order,
}

HEADERS: Mapping[str, Headers] = {
    "repeated headers": (
        ("Accept", "text/html"),
        ("X-Tag", "first"),
        ("Accept", "application/json;q=0.9"),
        ("X-Tag", "second"),
        ("X-Tag", "first"),
    ),
    "credentials": (
        ("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30."),
        ("Cookie", "session=42; theme=dark"),
        ("Proxy-Authorization", "Basic Z3Vlc3Q6Z3Vlc3Q="),
    ),
    # W3C Trace Context, and B3 in both its forms.
    "trace headers": (
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("tracestate", "rojo=00f067aa0ba902b7"),
        ("b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"),
        ("X-B3-TraceId", "4bf92f3577b34da6a3ce929d0e0e4736"),
    ),
    "unusual headers": (
        ("X-Empty", ""),
        ("X_Underscore", "kept"),
        ("X-Mixed-CASE", "Kept As Is"),
        ("X-Quoted", '"a, b"; c=\\"d'),
        ("User-Agent", ""),
        ("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ),
    "forty headers": tuple((f"X-Number-{n}", str(n * n)) for n in range(40)),
    "a header of 4 KB": (("X-Long", "0123456789abcdef" * 256),),
    "a host of its own": (("Host", "Orders.Example:8443"),),
}

TRACES = tuple(name for name, _ in HEADERS["trace headers"])
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE")

UNUSUAL_TARGETS = (
    "/api/v1?",
    "/api/v1?a=1&a=2&a",
    "/api/v1?q=caf%C3%A9+%26%20more",
    "/api/v1/a%2Fb%2fc",
    "/api/v1//double///triple",
    "/api/v1/a/../b/./c",
    "/api/v1/semi;colon=1",
    "/api/v1/%20space%20",
    "/api/v1/a|b^c",
    "/api/v1/~tilde/$&'()*+,",
    "/api/v1/long?" + "0123456789abcdef" * 256,
)
