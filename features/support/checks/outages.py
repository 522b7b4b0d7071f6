"""What becomes of copies right after an outage, and of those that wait at the end."""

from collections import Counter

from features.support.checks import copies, latency
from features.support.scene import Scene
from features.support.wire.client import request

_CLIENTS = 20


def send_to_the_returned(scene: Scene, clients: int) -> None:
    """Let the shadow accept connections again, and send a request of each client at once."""
    scene.misbehave("shadow")
    scene.send_at_once([request("GET", "/api/v1") for _ in range(clients)])


def send_and_end(scene: Scene, count: int) -> None:
    """Send so many requests on v1, and end in good order who makes the copies.

    Each goes over a connection of its own: on one that is kept, Nginx would wait for the shadow.
    """
    latency.send_much(scene, _CLIENTS, count)
    scene.stop(scene.maker)


def check_no_repeats(scene: Scene, count: int) -> list[str]:
    """Say how one of the last so many requests has two copies, or none of them has any."""
    ids = [str(each.sent.request_id) for each in scene.exchanges[-count:]]
    times = Counter(each.request_id for each in scene.copies())
    found = [f"a request was copied {times[each]} times" for each in ids if times[each] > 1]
    return found if any(times[each] for each in ids) else ["none of them was copied"]


def await_last(scene: Scene, count: int) -> None:
    """Wait until the last so many requests have a copy each; AssertionError when one has not."""
    copies.await_copies(scene, [each.sent for each in scene.exchanges[-count:]])
