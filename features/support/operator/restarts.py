"""The services of a way of mirroring started one by one, restarted or frozen under traffic."""

from collections.abc import Iterator

from features.support.scene import Scene
from features.support.waiting import eventually, patient
from features.support.wire.client import request
from features.support.wire.payloads import filled
from features.support.wire.stream import Stream

_BACK_WITHIN = 15.0  # seconds until a tool that was started again makes copies
_LONGEST = 2.0  # seconds that a client gives a request while a tool is frozen
_KB = 1024


def followers(scene: Scene) -> Iterator[str]:
    """Yield the services that are started after the gateway: its mirroring tool, the shadow."""
    tool = scene.in_front.tool
    yield from (tool,) if tool else ()
    yield "shadow"


def start_alone(scene: Scene, count: int) -> None:
    """Stop everything but the primary, start the gateway again, and send it requests."""
    front = scene.in_front.front
    for service in (*followers(scene), front):
        scene.stop(service)
    scene.restore(front)
    for _ in range(count):
        scene.send(request("GET", "/api/v1"))


def start_afresh(scene: Scene) -> None:
    """Restart gateway and tool, which then hold nothing of what earlier scenarios sent."""
    # Who shares another's network can only start after it.
    services = sorted(scene.in_front.services, key=lambda each: each.network_of is not None)
    names = [service.name for service in services]
    for name in names:
        scene.stop(name)
    for name in names:
        scene.stack.restore(name)
    scene.restore(scene.in_front.front)  # it runs; clients must be served through it as well


def restart_tool(scene: Scene, stream: Stream) -> None:
    """Restart the mirroring tool under traffic, which ends when copies are made again."""
    tool = str(scene.in_front.tool)
    stream.start()
    scene.stop(tool)
    scene.stack.restore(tool)
    eventually(
        lambda: scene.shadow.copies_of(stream.newest()), bool, _BACK_WITHIN, "a copy of new traffic"
    )
    scene.exchanges += stream.stop()


def freeze_tool(scene: Scene, count: int, after: int) -> None:
    """Send bodies of 40 KB while the mirroring tool is frozen, and a few requests afterwards."""
    tool = str(scene.in_front.tool)
    body = filled(40 * _KB)
    scene.pause(tool)
    try:
        bodies = (request("POST", "/api/v1", body=body) for _ in range(count))
        scene.send_in_turn(bodies, timeout=patient(_LONGEST))
    finally:
        scene.stack.resume(tool)
    scene.send_in_turn(request("GET", "/api/v1") for _ in range(after))
