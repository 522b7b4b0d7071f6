"""How the shadow is reached, and what arrives at a second shadow beside it."""

from collections import Counter

from features.support.checks import copies
from features.support.scene import Scene
from features.support.waiting import eventually
from features.support.wire.client import request
from features.support.wire.exchange import Received

_DOORS = ("service", "second")  # the shadow's recorder plays the second shadow, too
_SENTINELS = 20
_WITHIN = 10.0


def send_and_await(scene: Scene, route: str, count: int) -> None:
    """Send requests, and wait for their copies, so that no more than these are under way at once.

    A shadow that is late for a moment would otherwise get a connection for each copy meanwhile. Who
    keeps an account has counted them by then: the shadow's answers have come back to it.
    """
    sent = [request("GET", f"/api/{route}/orders") for _ in range(count)]
    scene.send_in_turn(sent)
    copies.await_copies(scene, sent)
    if scene.in_front.account is not None:
        scene.account(at_least=len(scene.exchanges))


def connections(scene: Scene) -> int:
    """Return over how many connections the copies came, once each request has one."""
    arrived = copies.await_copies(scene, [each.sent for each in scene.exchanges])
    return len({each.connection for each in arrived.values()})


def check_both_shadows(scene: Scene) -> list[str]:
    """Say which of both shadows did not receive one copy of each request, and nothing else.

    Sentinels, sent last, give what would come twice the time to come.
    """
    ids = [str(each.sent.request_id) for each in scene.exchanges]
    sentinels = [request("GET", "/api/v1/sentinel") for _ in range(_SENTINELS)]
    _await_at_both(scene, set(ids))
    scene.send_in_turn(sentinels)
    _await_at_both(scene, {str(each.request_id) for each in sentinels})
    found = [] if ids else ["nothing was sent"]
    for door, arrived in _by_door(scene.shadow.received()).items():
        times = Counter(each.request_id for each in arrived if each.state == "complete")
        wrong = [f"{name}: {times[name]}" for name in {*times, *ids} if times[name] != 1]
        found += [f"copies at the shadow's {door} port: {each}" for each in wrong]
    return found


def check_first_shadow(scene: Scene) -> list[str]:
    """Say how a second shadow that is dead kept copies from the first, or was not even tried."""
    found = _check_counts(scene) if scene.in_front.account else []
    arrived = copies.all_but_sentinels(scene)
    times = Counter(each.request_id for each in arrived)
    ids = [each.sent.request_id for each in scene.exchanges]
    return found + [f"{each} was copied {times[each]} times" for each in ids if times[each] != 1]


def _check_counts(scene: Scene) -> list[str]:
    """Say how what is counted is not one copy sent and one lost of each request."""
    count = len(scene.exchanges)
    account = scene.account(2 * count)
    lost = sum(account.dropped.values()) + sum(account.failed.values())
    found = [] if account.sent == count else [f"{account.sent} of {count} copies sent: {account}"]
    if lost != count:
        found.append(f"{lost} of {count} copies counted as lost at the dead shadow: {account}")
    return found


def _await_at_both(scene: Scene, ids: set[str]) -> None:
    """Wait until both shadows have received these requests; AssertionError when they do not."""
    eventually(
        lambda: {
            door: len(ids - {str(each.request_id) for each in arrived})
            for door, arrived in _by_door(scene.shadow.received()).items()
        },
        until=lambda missing: not any(missing.values()),
        within=_WITHIN,
        what=f"the arrival of {len(ids)} copies at each shadow (missing, by the shadow's port)",
    )


def _by_door(received: list[Received]) -> dict[str, list[Received]]:
    return {door: [each for each in received if each.door == door] for door in _DOORS}
