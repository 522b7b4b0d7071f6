"""What an operator chooses of the copies: which methods, and the host that they are for."""

from features.support.checks import copies
from features.support.gateways.model import SHADOW_HOST, Choice, needed
from features.support.operator import changes
from features.support.scene import Scene
from features.support.wire.exchange import Received, Sent, values

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
