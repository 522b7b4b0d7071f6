"""Requests while the shadow or the mirroring tool fails, and how long they took."""

from collections.abc import Sequence

from features.support.checks import answers
from features.support.errors import CannotFindOutError
from features.support.scene import Exchange, Scene
from features.support.wire.client import request

_LATE = 0.5  # seconds after which an answer is late


def requests_on_both(scene: Scene, count: int = 10) -> None:
    """Send requests on v1 and v3, each on a connection of its own and all on one."""
    for route in ("v1", "v3"):
        for _ in range(count):
            scene.send(request("GET", f"/api/{route}"))
        scene.send_in_turn(request("GET", f"/api/{route}") for _ in range(count))


def few_requests(scene: Scene, count: int = 3) -> None:
    """Send requests on v1, each on a connection of its own, then all on one."""
    for _ in range(count):
        scene.send(request("GET", "/api/v1"))
    scene.send_in_turn(request("GET", "/api/v1") for _ in range(count))


def not_only_later_ones_late(exchanges: Sequence[Exchange], most: float) -> list[str]:
    """Say how others were late than those that came later on the kept connection, or how much.

    The second half of the exchanges came on the kept connection.
    """
    half = len(exchanges) // 2
    found = [wrong for each in exchanges[: half + 1] for wrong in answers.not_within(each, _LATE)]
    for each in exchanges[half + 1 :]:
        found += answers.not_within(each, most)
        found += [] if answers.not_within(each, _LATE) else [f"this was not late: {each}"]
    return found


def tool(scene: Scene) -> str:
    """Return the service that makes the copies; raises CannotFindOutError where there is none."""
    if scene.gateway is None or scene.gateway.tool is None:
        raise CannotFindOutError("this gateway has no mirroring tool beside it")
    return scene.gateway.tool


def too_late(exchanges: Sequence[Exchange], seconds: float) -> list[str]:
    """Say which answers took longer than so many seconds."""
    return [wrong for each in exchanges for wrong in answers.not_within(each, seconds)]
