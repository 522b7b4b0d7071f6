"""Whether route, method rule and mirroring go by the same reading of a path."""

from features.support.scene import Scene
from features.support.waiting import watch
from features.support.wire.client import request
from features.support.wire.exchange import Sent

_WITHIN = 5.0
_OF_V1_ALONE = "DELETE"
_TARGETS = (
    "/api/%761/x",
    "/api/v3/../v1/dots",
    "/api/v3/%2e%2e/v1/dots",
    "/api/v1/../v3/dots",
    "/api/v1/./x",
    "//api/v1/slashes",
    "/api//v1/slashes",
    "/API/v1/case",
    "/api/V1/case",
    "/api/v1;a=b/semicolon",
    "/api/v1%2Fx",
    "/api/v1?x=/api/v3",
    "/api/v3?x=/api/v1",
    "/api/v10",
)


def ambiguous() -> list[Sent]:
    """Return requests to paths that can be read in two ways, with methods of both routes and v1."""
    return [request(method, target) for target in _TARGETS for method in ("GET", _OF_V1_ALONE)]


def check_copied(scene: Scene) -> list[str]:
    """Say which requests were copied though they arrived on another route, or the other way."""
    sent = _by_id(scene)
    on_v1 = {each for each, route in _routes(scene).items() if route == "v1"}
    copied = watch(lambda: _copied(scene), on_v1.issubset, _WITHIN).value
    sentinel = scene.send(request("GET", "/api/v1/sentinel")).sent
    scene.shadow.await_request(str(sentinel.request_id))
    copied |= _copied(scene) & set(sent)
    named = {each: sent.get(each, "what was never sent") for each in on_v1 | copied}
    missing = [f"{named[each]} arrived on route v1 and has no copy" for each in on_v1 - copied]
    return missing + [f"{named[each]} has a copy, not being of v1" for each in copied - on_v1]


def check_methods(scene: Scene) -> list[str]:
    """Say which requests arrived on a route that does not offer their method."""
    routes = _routes(scene)
    return [
        f"{each} arrived on route {routes[name]}"
        for name, each in _by_id(scene).items()
        if each.startswith(_OF_V1_ALONE) and routes.get(name, "v1") != "v1"
    ]


def _by_id(scene: Scene) -> dict[str, str]:
    sent = [each.sent for each in scene.exchanges]
    return {str(each.request_id): f"{each.method} {each.target}" for each in sent}


def _routes(scene: Scene) -> dict[str, str | None]:
    return {str(each.request_id): each.route for each in scene.primary.received()}


def _copied(scene: Scene) -> set[str]:
    return {str(each.request_id) for each in scene.shadow.received()}
