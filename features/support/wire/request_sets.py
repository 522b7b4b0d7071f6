"""Requests that scenarios send together."""

from collections.abc import Iterator

from features.support.wire.client import request
from features.support.wire.exchange import Sent
from features.support.wire.payloads import BODIES, HEADERS, METHODS, UNUSUAL_TARGETS, filled

# Where a primary fails that serves all other paths well.
FAILING = "/api/v1/failing"
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


def different(count: int) -> list[Sent]:
    """Return so many requests on route v1, each with a path, a method and a body of its own."""
    return [
        request("GET", f"/api/v1/{n}") if n % 3 == 0 else _post(f"/api/v1/{n}", 37 * n)
        for n in range(count)
    ]


def _post(path: str, size: int) -> Sent:
    return request("POST", path, body=filled(size))


def with_split_cookies() -> Sent:
    """Return a request whose cookies stand in headers of their own, as RFC 9113, 8.2.3 allows."""
    pairs = ("session=42", "theme=dark", "basket=a,b")
    return request("GET", "/api/v1", tuple(("Cookie", pair) for pair in pairs))


def same_on(route: str) -> Iterator[Sent]:
    """Yield the requests that are compared between routes, always in the same order."""
    path = f"/api/{route}/orders"
    yield from (request("GET", path, HEADERS[kind]) for kind in (*_KINDS, "credentials"))
    yield from (request(method, path) for method in ("HEAD", "POST"))
    yield from bodies("an empty body", "16 KB", "16 KB in chunks", path=path)


def of_each_kind(route: str, count: int) -> list[Sent]:
    """Return so many requests of each kind, in turn; the last part of the path names the kind.

    The kinds are odd in number, so that a gateway that copies by turn reaches each of them.
    """
    path = f"/api/{route}"
    host = HEADERS["a host of its own"]
    return [
        sent
        for _ in range(count)
        for sent in (
            request("GET", f"{path}/plain"),
            request("GET", f"{path}/query?page=2&sort=name"),
            request("HEAD", f"{path}/head"),
            request("POST", f"{path}/body", body=BODIES["16 KB"]().content),
            request("GET", f"{path}/credentials", HEADERS["credentials"]),
            request("GET", f"{path}/host", host),
            request("GET", f"{path}/forged-marker", (("X-Mirrored-By", "me"),)),
        )
    ]


def marked(route: str, count: int, marker: str) -> list[Sent]:
    """Return requests that have the marker of true copies."""
    return [request("GET", f"/api/{route}", (("X-Mirrored-By", marker),)) for _ in range(count)]


def get_and_post(route: str, count: int) -> list[Sent]:
    """Return so many requests, alternately GET and POST with a body."""
    path = f"/api/{route}/orders"
    kinds = (("GET", None), ("POST", b"order"))
    return [request(kinds[n % 2][0], path, body=kinds[n % 2][1]) for n in range(count)]


def with_one_id(route: str, count: int) -> list[Sent]:
    """Return so many requests that have the same id."""
    return [request("GET", f"/api/{route}/orders")] * count


def half_failing(count: int) -> list[Sent]:
    """Return GET and POST requests on v1, every second of them to FAILING."""
    found = []
    for n in range(count):
        path = "/api/v1/orders" if n % 2 == 0 else FAILING
        get = n % 4 < 2
        found.append(request("GET" if get else "POST", path, body=None if get else b"order"))
    return found


def bare() -> list[Sent]:
    """Return requests on v1 that have no headers but those that a request must have."""
    path = "/api/v1/orders"
    return [
        *(request(method, path) for method in ("GET", "HEAD", "POST", "DELETE")),
        request("POST", path, body=b""),
        request("POST", path, body=b"order"),
        request("PUT", path, body=BODIES["16 KB"]().content),
    ]


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
