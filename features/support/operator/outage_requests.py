"""Requests while the shadow or the mirroring tool fails."""

from features.support.errors import CannotFindOutError
from features.support.scene import Scene
from features.support.wire.client import request

_WITHIN = 1.5  # seconds of sending over one connection; who is late has shown it by then


def requests_on_both(scene: Scene, count: int = 10) -> None:
    """Send requests on v1 and v3, each on a connection of its own and all on one."""
    for route in ("v1", "v3"):
        for _ in range(count):
            scene.send(request("GET", f"/api/{route}"))
        several = (request("GET", f"/api/{route}") for _ in range(count))
        scene.send_in_turn(several, within=_WITHIN)


def few_requests(scene: Scene, count: int = 3) -> None:
    """Send requests on v1, each on a connection of its own, then all on one."""
    for _ in range(count):
        scene.send(request("GET", "/api/v1"))
    scene.send_in_turn(request("GET", "/api/v1") for _ in range(count))


def tool(scene: Scene) -> str:
    """Return the service that makes the copies; raises CannotFindOutError where there is none."""
    if scene.gateway is None or scene.gateway.tool is None:
        raise CannotFindOutError("this gateway has no mirroring tool beside it")
    return scene.gateway.tool
