"""What a mirroring tool says of its own health."""

import threading
from collections.abc import Callable

import requests

from features.support.gateways.model import needed
from features.support.scene import Scene
from features.support.stack.base import Execution
from features.support.telling import brief
from features.support.waiting import patient, watch
from features.support.wire.client import request

_TIMEOUT = 2.0
_AT_ONCE = 2.0
_WELL = 200
_IN_USE = "in use"


def status(scene: Scene) -> int:
    """Return the status of the tool's own health, 0 when nobody answers."""
    gateway = scene.in_front
    port, path = needed(gateway.tool_health, gateway, "tool_health")
    try:
        url = f"http://{scene.stack.address(str(gateway.tool), port)}{path}"
        with requests.Session() as session:
            session.trust_env = False
            return session.get(url, timeout=patient(_TIMEOUT)).status_code
    except requests.RequestException:
        return 0


def leave_on_their_way(scene: Scene, count: int) -> None:
    """Send requests whose copies the shadow takes and does not answer."""
    scene.misbehave("shadow", hang=True, prefix="/api")
    for _ in range(count):
        scene.send(request("GET", "/api/v1"))
    watch(lambda: len(scene.copies()), lambda n: n >= count, _TIMEOUT)


def end_tool(scene: Scene) -> Callable[[], None]:
    """Tell the tool to end, and do not stay until it has; what is returned does."""
    ending = threading.Thread(target=scene.stop, args=(str(scene.in_front.tool),))
    ending.start()
    return ending.join


def check_unwell(scene: Scene, within: float = _AT_ONCE) -> list[str]:
    """Say that the tool calls itself well all the time."""
    seen = watch(lambda: status(scene), lambda code: code != _WELL, within)
    return [] if seen.met else [f"the tool's health is {seen.value} {seen}"]


def check_well(scene: Scene, seconds: float) -> list[str]:
    """Say that the tool calls itself not well within some seconds."""
    seen = watch(lambda: status(scene), lambda code: code != _WELL, seconds)
    return [f"the tool's health is {seen.value}: the limit is no more"] if seen.met else []


def start_again(scene: Scene) -> Execution:
    """Start the tool a second time, where its first one runs."""
    tool = str(scene.in_front.tool)
    return scene.stack.exec(tool, scene.stack.service(tool).command)


def check_refused(ended: Execution) -> list[str]:
    """Say how a second tool did not end because of its address."""
    found = [] if ended.code else ["the second tool ended as if all were well"]
    if _IN_USE not in ended.output.lower():
        found.append(
            f"it did not say that its address is in use, but: {brief(ended.output.strip()[-80:])}"
        )
    return found
