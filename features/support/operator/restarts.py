"""The services of a way of mirroring started one by one, restarted or frozen under traffic."""

from collections.abc import Iterator

from features.support.checks import answers
from features.support.scene import Exchange, Scene
from features.support.waiting import eventually
from features.support.wire.client import request
from features.support.wire.payloads import filled
from features.support.wire.stream import Stream

_BACK_WITHIN = 15.0  # seconds until a tool that was started again makes copies
_KB = 1024
_SHOWN = 5  # examples in a message


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
        scene.send_in_turn(request("POST", "/api/v1", body=body) for _ in range(count))
    finally:
        scene.stack.resume(tool)
    scene.send_in_turn(request("GET", "/api/v1") for _ in range(after))


def not_so_many(scene: Scene, count: range, soon: float, late: float) -> list[str]:
    """Say how not so many requests suffered: got no proper answer, or one after `soon` s.

    None may have been answered after `late` s.
    """
    suffered = [
        wrong
        for each in scene.exchanges
        for wrong in answers.not_from_the_primary(each) or answers.not_within(each, soon)
    ]
    found = [wrong for each in scene.exchanges for wrong in _not_before(each, late)]
    if len(suffered) not in count:
        found += [
            f"{len(suffered)} of {len(scene.exchanges)} requests suffered",
            *suffered[:_SHOWN],
        ]
    return found


def _not_before(exchange: Exchange, seconds: float) -> list[str]:
    """Say how a client was kept for longer than so many seconds, whatever it got then."""
    return answers.not_within(exchange, seconds) if exchange.status else []
