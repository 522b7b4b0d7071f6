"""What an operator chooses of the copies: which methods, the host that they are for, headers."""

from features.support.checks import copies
from features.support.gateways.model import SHADOW_HOST, Choice, needed
from features.support.operator import changes
from features.support.scene import Scene
from features.support.wire.client import request
from features.support.wire.exchange import Headers, Received, Sent, values
from features.support.wire.payloads import HEADERS, TRACES

SAFE = ("GET", "HEAD")


def choose(scene: Scene, choice: Choice) -> None:
    """Make an operator's choice, until the scenario ends."""
    gateway = scene.in_front
    scene.change(changes.setting(scene, needed(gateway.choices.get(choice), gateway, "choices")))


def check_only_safe_copied(scene: Scene) -> list[str]:
    """Say which requests were copied though their method is not safe, or the other way."""
    sent = [each.sent for each in scene.exchanges]
    copies.await_copies(scene, [each for each in sent if each.method in SAFE])
    found = {each.request_id for each in copies.all_but_sentinels(scene)}
    unsafe = [each for each in sent if each.method not in SAFE]
    return [f"{each}: it was copied" for each in unsafe if each.request_id in found]


def traced(count: int) -> list[Sent]:
    """Return so many requests with trace headers."""
    return [request("GET", "/api/v1/orders", HEADERS["trace headers"]) for _ in range(count)]


def check_traces(scene: Scene) -> list[str]:
    """Say which copies have trace headers, and which originals not those of their client."""
    sent = [each.sent for each in scene.exchanges]
    arrived = copies.await_copies(scene, sent)
    originals = {str(each.request_id): each for each in scene.primary.received()}
    found = []
    for each in sent:
        copied, got = (_traces(at[str(each.request_id)].headers) for at in (arrived, originals))
        found += [f"{each}: the copy has {name}" for name in copied]
        if got != _traces(each.headers):
            found.append(f"{each}: the primary got other trace headers")
    return found


def _traces(headers: Headers) -> dict[str, list[str]]:
    return {name: found for name in TRACES if (found := values(headers, name.lower()))}


def check_hosts(scene: Scene) -> list[str]:
    """Say which copies are not for the shadow's host, and which originals not for the client's."""
    sent = [each.sent for each in scene.exchanges]
    arrived = copies.await_copies(scene, sent)
    found = [_check(each, "copy", arrived[str(each.request_id)], [SHADOW_HOST]) for each in sent]
    found += [
        _check(each, "primary's request", original, values(each.headers, "host"))
        for each in sent
        for original in scene.primary.copies_of(str(each.request_id))
    ]
    return [each for each in found if each]


def _check(sent: Sent, what: str, received: Received, wanted: list[str]) -> str:
    got = values(received.headers, "host")
    return "" if got == wanted else f"{sent}: the {what} is for {', '.join(got) or 'no host'}"
