"""Whether credentials come to where they do not belong: logs, and the shadow."""

import base64
import re
import secrets
from binascii import Error

from features.support.checks import copies
from features.support.scene import Scene
from features.support.telling import brief
from features.support.waiting import watch
from features.support.wire import raw
from features.support.wire.client import ClientError, Exchange, request
from features.support.wire.exchange import Headers
from features.support.wire.payloads import filled

_KB = 1024
_CODED = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
_TRIES = 5
_WITHIN = 5.0


def new() -> str:
    """Return a secret that nothing else contains."""
    return f"secret{secrets.token_hex(12)}"


def bearing(secret: str) -> Headers:
    """Return credentials of every kind, with the secret in each."""
    return (
        ("Authorization", f"Bearer {secret}"),
        ("Cookie", f"session={secret}"),
        ("Proxy-Authorization", f"Basic {secret}"),
    )


def send_in_all_ways(scene: Scene, secret: str) -> None:
    """Send credentials with requests that are served, refused, too large, broken, broken off."""
    own = bearing(secret)
    path = "/api/v1/orders"
    scene.send_in_turn(
        [
            *(request("GET", f"/api/{route}/orders", own) for route in ("v1", "v2", "v3")),
            request("POST", path, own, filled(200 * _KB)),
            request("POST", path, own, filled(16 * _KB), chunked=True),
            request("GET", "/api/v4", own),
            request("TRACE", "/api/v1", own),
        ]
    )
    scene.send(request("GET", path, (*own, ("X-Long", "x" * 90 * _KB))))
    announced = request("POST", path, own)
    length = ("Content-Length", "50000")
    raw.send_raw(scene.entry, raw.head(announced, length) + b"half of it")
    raw.send_raw(scene.entry, raw.head(announced, ("Bad\x01Name", "x"), length) + b"order")


def check_logs(scene: Scene, secret: str) -> list[str]:
    """Say which service of the gateway has the secret in its log, in clear or in base64."""
    copies.await_sentinels(scene)
    names = [service.name for service in scene.in_front.services]
    scene.stop(scene.in_front.front)  # some write their log only now and then, and in the end
    logs = {name: scene.stack.logs(name, whole=True) for name in names}
    return [
        f"{name} logs credentials: {brief(line)}"
        for name, log in logs.items()
        for line in log.splitlines()
        if tells(line, secret)
    ][:3]


def tells(line: str, secret: str) -> bool:
    """Tell whether a line has the secret in it, in clear or in base64."""
    return secret in line or secret in decoded(line)


def decoded(line: str) -> str:
    """Return what a line's base64 says."""
    return " ".join(_text(word) for word in _CODED.findall(line))


def _text(word: str) -> str:
    bare = word.rstrip("=")
    try:
        return base64.b64decode(bare[: len(bare) // 4 * 4]).decode("latin-1")
    except Error:
        return ""


def send_in_trailers(scene: Scene, secret: str) -> None:
    """Send bodies in a chunk each, with credentials and something else in their trailers."""
    for _ in range(_TRIES):
        sent = request("POST", "/api/v1/orders", body=b"order")
        trailers = (*bearing(secret), ("X-Checksum", "7"))
        try:
            scene.exchanges.append(
                Exchange(sent, raw.send_with_trailers(scene.entry, sent, trailers))
            )
        except ClientError as reason:
            scene.exchanges.append(Exchange(sent, reason))


def check_trailers(scene: Scene) -> list[str]:
    """Say which copies have credentials, or that there are none to look at."""
    copies.await_sentinels(scene)
    arrived = watch(scene.copies, bool, _WITHIN).value
    if not arrived:
        return [f"none of {len(scene.exchanges)} requests with trailers was copied"]
    return [
        f"the copy of {each.method} {each.target} has in its trailers {name}: {value}"
        for each in arrived
        for name, value in (*each.trailers, *each.headers)
        if name.lower() in copies.CREDENTIALS
    ]
