"""Requests that show how a gateway routes, and what is said of where they arrived."""

from collections.abc import Sequence

from features.support.checks import answers
from features.support.scene import Scene
from features.support.wire.client import Exchange, request
from features.support.wire.exchange import Part, Received, Sent, differences
from features.support.wire.payloads import BODIES

EDGES = (
    "/api/v1",
    "/api/v1/",
    "/api/v1/orders",
    "/api/v1/api/v2",
    "/api/v1?page=2",
    "/api/v2",
    "/api/v2/",
    "/api/v2/v3",
    "/api/v2?page=2",
    "/api/v3",
    "/api/v3/",
    "/api/v3/orders/7",
    "/api/v3?page=2",
)
BESIDE = (
    *("/", "/api", "/api/", "/api/v4", "/?to=/api/v1"),
    *(path.format(v) for v in ("v1", "v2", "v3") for path in ("/api/{}0", "/api/{}x/y")),
    *(path.format(v) for v in ("v1", "v2", "v3") for path in ("/API/{}", "/x/api/{}")),
)
_READ_WRITE = "GET, HEAD, POST"
_ANY = f"{_READ_WRITE}, PUT, PATCH, DELETE, OPTIONS, PURGE"
# A method and a target that do not go together, and the methods that the target has.
REFUSED = (
    ("TRACE", "/api/v1", _ANY),
    *(
        (method, path, _READ_WRITE)
        for path in ("/api/v2/orders", "/api/v3")
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "TRACE")
    ),
)
_BODIES = ("an empty body", "1 byte", "every byte value", "64 KB", "1 MB", "64 KB in chunks")


def to(targets: Sequence[str]) -> list[Sent]:
    """Return a GET request to each target."""
    return [request("GET", target) for target in targets]


def refused() -> list[Sent]:
    """Return the requests whose method their route does not have."""
    return [request(method, target) for method, target, _ in REFUSED]


def bodies() -> list[Sent]:
    """Return a request on v3 with each kind of body."""
    chosen = [BODIES[name]() for name in _BODIES]
    return [request("POST", "/api/v3", b.headers, b.content, chunked=b.chunked) for b in chosen]


def check_all_refused(exchanges: Sequence[Exchange], status: int) -> list[str]:
    """Say which requests the gateway did not refuse itself with a status."""
    return [
        f"{each.sent.method} {each.sent.target}: {wrong}"
        for each in exchanges
        for wrong in answers.check_refusal(each, status)
    ]


def check_allowed_methods(exchanges: Sequence[Exchange]) -> list[str]:
    """Say which of the refused requests were not told the methods of their route."""
    return [
        f"{each.sent.method} {each.sent.target}: {wrong}"
        for each, (_, _, allowed) in zip(exchanges, REFUSED, strict=True)
        for wrong in answers.check_refusal(each, 405, allowed)
    ]


def arrivals(scene: Scene) -> list[tuple[Sent, Received]]:
    """Return each request of the scenario and how the primary received it."""
    sent = [each.sent for each in scene.exchanges]
    return [(each, scene.primary.await_request(str(each.request_id))) for each in sent]


def check_routes(scene: Scene) -> list[str]:
    """Say which requests arrived on another route than their path names."""
    return [
        f"{sent.target} arrived on route {received.route}"
        for sent, received in arrivals(scene)
        if received.route != sent.target.partition("?")[0].split("/")[2]
    ]


def check_arrivals(scene: Scene, *parts: Part) -> list[str]:
    """Say how parts of requests arrived otherwise."""
    return [
        f"{sent.method} {sent.target}: {wrong}"
        for sent, received in arrivals(scene)
        for wrong in differences(sent, received)
        if wrong.part in parts
    ]
