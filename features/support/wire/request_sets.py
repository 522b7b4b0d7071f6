"""Requests that scenarios send together."""

from collections.abc import Iterator

from features.support.wire.client import request
from features.support.wire.exchange import Sent
from features.support.wire.payloads import BODIES, HEADERS, METHODS, UNUSUAL_TARGETS

_KINDS = ("repeated headers", "unusual headers", "forty headers", "a header of 4 KB")


def refused() -> list[Sent]:
    """Return requests that belong to no route, or whose method their route does not have."""
    return [request("GET", "/api/v4"), request("GET", "/"), request("TRACE", "/api/v1")] * 5


def methods() -> list[Sent]:
    """Return a request of each method, with a body where the method is used with one."""
    with_body = ("POST", "PUT", "PATCH", "DELETE")
    return [
        request(method, "/api/v1/orders", body=b"order" if method in with_body else None)
        for method in METHODS
    ]


def targets() -> list[Sent]:
    """Return a request to each unusual target."""
    return [request("GET", target) for target in UNUSUAL_TARGETS]


def headers() -> list[Sent]:
    """Return a request with each kind of headers, and with a host of its own."""
    return [request("GET", "/api/v1", HEADERS[kind]) for kind in (*_KINDS, "a host of its own")]


def bodies(*names: str, path: str = "/api/v1/orders") -> list[Sent]:
    """Return a request with each of these bodies."""
    chosen = [BODIES[name]() for name in names]
    return [request("POST", path, b.headers, b.content, chunked=b.chunked) for b in chosen]


def same_on(route: str) -> Iterator[Sent]:
    """Yield the requests that are compared between routes, always in the same order."""
    path = f"/api/{route}/orders"
    yield from (request("GET", path, HEADERS[kind]) for kind in (*_KINDS, "credentials"))
    yield from (request(method, path) for method in ("HEAD", "POST"))
    yield from bodies("an empty body", "16 KB", "16 KB in chunks", path=path)


def demanding() -> list[Sent]:
    """Return requests on v3 whose headers ask for what only the gateway decides."""
    wishes = (
        ("X-Route", "v1"),
        ("X-Mirror", "yes"),
        ("X-Mirror-To", "shadow"),
        ("Connection", "X-Route"),
        ("X-Original-Url", "/api/v1"),
    )
    return [request("GET", "/api/v3", (wish,)) for wish in wishes]
