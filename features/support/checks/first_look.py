"""A first look at a described gateway: does anything reach the primary, does any copy arrive?"""

from collections.abc import Iterator

from features.support.errors import StackError
from features.support.scene import Scene
from features.support.waiting import expect_absence, watch
from features.support.wire.client import Exchange, request
from features.support.wire.exchange import Received

_WITHIN = 5.0  # seconds until a copy
_PATH = "/api/v1/first-look"


def look(scene: Scene) -> list[str]:
    """Say what the primary and the shadow got of a request on the mirrored route, with advice.

    Raises StackError where clients are not served, or the primary gets nothing: then no promise
    can be tried.
    """
    for recorder in scene.recorders.values():
        recorder.reset()
    looked = scene.send(request("GET", _PATH))
    told = list(_at_the_primary(scene, looked))
    copied = watch(lambda: _copies(scene, looked), bool, _WITHIN)
    if copied.met:
        return [*told, f"a copy arrived at the shadow after {copied.elapsed:.2f} s"]
    scene.stack.silent.add(scene.in_front.name)
    expect_absence(True)  # nobody need wait for copies as long as for some that are late
    return [*told, f"no copy arrived in {_WITHIN:g} s: {_why_no_copy(scene)}"]


def _at_the_primary(scene: Scene, looked: Exchange) -> Iterator[str]:
    arrived = scene.primary.received()
    if any(each.request_id == looked.sent.request_id for each in arrived):
        yield f"the primary was reached ({looked.answer})"
    elif arrived:
        advice = "let the gateway pass on X-Request-Id, by which requests are told apart"
        raise StackError(f"the primary was reached, but its requests bear no id of ours: {advice}")
    else:
        advice = "is the gateway pointed at the primary's recorder?"
        raise StackError(f"a client got {looked.answer}, but nothing reached the primary: {advice}")


def _copies(scene: Scene, looked: Exchange) -> list[Received]:
    return scene.shadow.copies_of(str(looked.sent.request_id))


def _why_no_copy(scene: Scene) -> str:
    arrived = scene.shadow.received()
    if arrived:
        return (
            f"the shadow was reached ({arrived[0]}), but its requests bear no id: "
            "let copies keep X-Request-Id"
        )
    at = scene.shadow.service
    if scene.shadow.connections():
        return f"the shadow at {at} got a connection, but no request (a health check is none)"
    return f"the shadow at {at} got no connection: is the mirror pointed at it, and switched on?"
