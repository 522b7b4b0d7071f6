"""Answers of the primary of every kind, and whether clients get them whole."""

import http.client
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from features.support.scene import Scene
from features.support.telling import brief
from features.support.wire.client import ClientError, Exchange, connection, request, send_over
from features.support.wire.exchange import Answer, Headers, values

_BODILESS = (204, 304)
_SIZE = 3000  # bytes of a body
_ROUTES = ("v1", "v3")
# What differs from answer to answer, or belongs to one connection (RFC 9110, section 7.6.1).
_OWN = frozenset({"date", "x-request-id", "x-request-count", "connection", "keep-alive"})


@dataclass(frozen=True)
class Original:
    """An answer as the primary sends it: status, headers of its own, and body bytes.

    It answers a request with this method and these headers.
    """

    status: int
    headers: Headers = ()
    method: str = "GET"
    asked_with: Headers = ()

    @property
    def size(self) -> int:
        """Return how many bytes of body the answer to GET has."""
        return 0 if self.status in _BODILESS else _SIZE

    @property
    def body(self) -> bytes:
        """Return the body, which is filler."""
        return b"" if self.method == "HEAD" else b"." * self.size

    @property
    def told(self) -> Headers:
        """Return the headers that a client must get: to HEAD also the length of what GET gets."""
        length = (("Content-Length", str(self.size)),) if self.method == "HEAD" else ()
        return (*self.headers, *length)

    def __str__(self) -> str:
        """Return the method and the status."""
        return f"status {self.status} to {self.method}"


ORIGINALS = (
    Original(200, (("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"), ("ETag", '"v1-7"'))),
    Original(200, (("Vary", "Accept-Encoding"), ("X-List", "1, 2"), ("X-List", "3"))),
    # Neither unpacked nor packed anew; what it is packed with is the primary's own affair.
    Original(200, (("Content-Encoding", "gzip"),), asked_with=(("Accept-Encoding", "gzip"),)),
    Original(200, (("ETag", '"v1-8"'), ("Last-Modified", "Fri, 27 Nov 2026 08:00:00 GMT")), "HEAD"),
    Original(404, (), "HEAD"),
    Original(201, (("Location", "/api/v1/orders/7"), ("X-Empty", ""))),
    Original(204, (("X-Kept", "yes"),)),
    Original(206, (("Content-Range", "bytes 0-2999/9000"), ("Accept-Ranges", "bytes"))),
    Original(301, (("Location", "http://shop.example/next?page=2"),)),
    Original(302, (("Location", "/login"), ("Set-Cookie", "back=%2Fapi"))),
    Original(304, (("ETag", 'W/"v1-7"'), ("Cache-Control", "max-age=60, private"))),
    Original(307, (("Location", "//other.example/"),)),
    Original(400),
    Original(401, (("WWW-Authenticate", 'Basic realm="shop"'),)),
    Original(403),
    Original(404, (("X-Reason", "no such order"),)),
    Original(405, (("Allow", "GET"),)),
    Original(409),
    Original(422),
    Original(429, (("Retry-After", "7"),)),
    Original(500),
    Original(502, (("X-Reason", "another service"),)),
    Original(503, (("Retry-After", "120"),)),
    Original(504),
)


@dataclass(frozen=True)
class Delivery:
    """An original, what clients on each route got, and whether their connections stayed open."""

    original: Original
    exchanges: Sequence[Exchange]
    kept: Sequence[bool]

    def __str__(self) -> str:
        """Return what was delivered to how many clients."""
        return f"{self.original} to {len(self.exchanges)} clients"


def play(scene: Scene) -> list[Delivery]:
    """Let the primary send each original to a client on each route, who keeps its connection."""
    with connection(scene.entry) as one, connection(scene.entry) as other:
        links = (one, other)
        found = [_deliver(scene, each, links) for each in ORIGINALS]
    scene.misbehave("primary")
    return found


def _deliver(
    scene: Scene, original: Original, links: Sequence[http.client.HTTPConnection]
) -> Delivery:
    headers = [list(pair) for pair in original.headers]
    scene.misbehave(
        "primary",
        status=original.status,
        answer_headers=headers,
        answer_bytes=original.size,
        prefix="/api",
    )
    pairs = zip(_ROUTES, links, strict=True)
    exchanges = [_exchange(link, f"/api/{route}/orders", original) for route, link in pairs]
    scene.exchanges += exchanges
    return Delivery(original, exchanges, [link.sock is not None for link in links])


def _exchange(link: http.client.HTTPConnection, target: str, original: Original) -> Exchange:
    sent = request(original.method, target, original.asked_with)
    try:
        return Exchange(sent, send_over(link, sent))
    except ClientError as reason:
        return Exchange(sent, reason)


def check_whole(deliveries: Sequence[Delivery]) -> list[str]:
    """Say what of the primary's answers clients did not get, or otherwise on v1 than on v3."""
    return [wrong for each in deliveries for wrong in _check_delivery(each)]


def _check_delivery(delivery: Delivery) -> Iterator[str]:
    for each in delivery.exchanges:
        for wrong in _differences(delivery.original, each.answer):
            yield f"{delivery.original.status} on {each.sent.target}: {wrong}"
    # The order of headers with different names means nothing (RFC 9110, section 5.3).
    one, other = (Counter(_names(each.answer)) for each in delivery.exchanges)
    if one != other:
        differing = sorted(((one - other) + (other - one)).elements())
        yield f"{delivery.original.status}: headers on one route only: {brief(differing)}"


def _differences(original: Original, answer: Answer | ClientError) -> Iterator[str]:
    if not isinstance(answer, Answer):
        yield f"no answer: {answer}"
        return
    if answer.status != original.status:
        yield f"the client got status {answer.status}"
    if answer.body != original.body:
        yield f"the client got {len(answer.body)} of {len(original.body)} bytes"
    for name in dict.fromkeys(name for name, _ in original.told):
        wanted = values(original.told, name.lower())
        got = values(answer.headers, name.lower())
        if got != wanted:
            yield f"{name} is {brief(got)} instead of {brief(wanted)}"


def _names(answer: Answer | ClientError) -> list[str]:
    if not isinstance(answer, Answer):
        return []
    return [name.lower() for name, _ in answer.headers if name.lower() not in _OWN]


def check_kept_open(deliveries: Sequence[Delivery]) -> list[str]:
    """Say after which answers a client's connection was closed."""
    return [
        f"{each.sent.target}: the connection was closed after status {delivery.original.status}"
        for delivery in deliveries
        for each, kept in zip(delivery.exchanges, delivery.kept, strict=True)
        if not kept
    ]
