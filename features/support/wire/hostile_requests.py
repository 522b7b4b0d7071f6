"""Requests by which a client tries to decide what only the gateway decides."""

from features.support.wire.client import HOST, request
from features.support.wire.exchange import Headers, Sent

MARKER = "X-Mirrored-By"


def evasive(marker: str) -> list[Sent]:
    """Return requests on v1 that try not to be copied; `marker` is the one of true copies."""
    return [request("GET", "/api/v1/orders", headers) for headers in _evasions(marker)]


def _evasions(marker: str) -> list[Headers]:
    near = (marker.upper(), marker[:-1], f"{marker}x", f"x{marker}", f'"{marker}"', "", ".*")
    return [
        *(((MARKER, each),) for each in near),
        *(((MARKER, each),) for each in ("me", "mirrored", "goreplay", "mirror-agent", "yes")),
        (("X-Mirror", "no"),),
        (("X-Mirror", "no"), (MARKER, "me")),
        (("X-Mirror-Passed", "me"),),
        (("X-Mirror-Cut", "1 of 2 bytes"),),
        (("X-Route", "v3"),),
        (("X-Original-Url", "/api/v3"), ("X-Rewrite-Url", "/api/v3")),
        (("Connection", f"{MARKER}, X-Route, X-Mirror"),),
        (("Upgrade", "websocket"),),
        (("Cache-Control", "no-store"), ("Purpose", "prefetch")),
    ]


def misdirected(elsewhere: str) -> list[Sent]:
    """Return requests on v1 that name `elsewhere`, a host:port, as where they, or copies, go."""
    path = "/api/v1/orders"
    at = ("Host", elsewhere)
    named = (
        ("X-Forwarded-Host", elsewhere),
        ("Forwarded", f"host={elsewhere}"),
        ("X-Mirror-To", elsewhere),
        ("X-Shadow", elsewhere),
        ("X-Forwarded-Server", elsewhere),
    )
    return [
        request("GET", path, (at,)),
        request("POST", path, (at,), b"order"),
        request("GET", f"http://{elsewhere}{path}", (at,)),
        *(request("GET", path, (each,)) for each in named),
    ]


def tunnels(elsewhere: str) -> list[Sent]:
    """Return requests for a tunnel: to `elsewhere`, a host:port, to the gateway, and by a path."""
    targets = (elsewhere, f"{HOST}:443", "/api/v1")
    return [request("CONNECT", target, (("Host", target),)) for target in targets]


def refused_with(marker: str) -> list[Sent]:
    """Return requests that no route serves, with the marker of true copies."""
    bearing = ((MARKER, marker),)
    tries = (
        ("GET", "/api/v4"),
        ("GET", "/"),
        ("GET", "/api/v10"),
        ("DELETE", "/api/v2/orders"),
        ("DELETE", "/api/v3/orders"),
        ("TRACE", "/api/v1/orders"),
        ("PUT", "/api/v3"),
    )
    return [request(method, target, bearing) for method, target in tries]


def insistent(target: str) -> list[Sent]:
    """Return GET and POST requests that ask to be sent again when they fail, or to be given up."""
    wishes: tuple[Headers, ...] = (
        (("X-Envoy-Retry-On", "5xx,reset,connect-failure"), ("X-Envoy-Max-Retries", "3")),
        (("X-Envoy-Upstream-Rq-Timeout-Ms", "50"),),
        (("X-Retry", "3"), ("Idempotency-Key", "7")),
    )
    return [
        request(method, target, wish, b"order" if method == "POST" else None)
        for wish in wishes
        for method in ("GET", "POST")
    ]
