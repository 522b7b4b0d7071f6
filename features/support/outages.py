"""What happens to services and shares in the middle of a run, and how it is undone."""

from collections.abc import Callable, Iterator, Sequence

from features.support import verdicts
from features.support.errors import CannotFindOutError
from features.support.scene import Exchange, Scene
from features.support.traffic import request
from features.support.waiting import eventually

_RELOADED_WITHIN = 10.0
_RELOADED = "configuration loaded again"
_AGENT_SHARE = ("tool", "prefix: /api/v2\n    share: 50\n", "50", "{}")
# How each way writes the share of route v2: in whose file, where, the figure, another figure.
_SHARES = {
    "HAProxy with SPOE": _AGENT_SHARE,
    "HAProxy with a log ring": _AGENT_SHARE,
    "HAProxy with Lua": ("front", "v2 { rand(10000) lt 5000 }", "5000", "{}00"),
}


def requests_on_both(scene: Scene, count: int = 10) -> None:
    """Send requests on v1 and v3, each on a connection of its own and all on one."""
    for route in ("v1", "v3"):
        for _ in range(count):
            scene.send(request("GET", f"/api/{route}"))
        scene.send_in_turn(request("GET", f"/api/{route}") for _ in range(count))


def tool(scene: Scene) -> str:
    """Return the service that makes the copies; raises CannotFindOutError where there is none."""
    if scene.gateway is None or scene.gateway.tool is None:
        raise CannotFindOutError("this gateway has no mirroring tool beside it")
    return scene.gateway.tool


def set_share(scene: Scene, share: int) -> Iterator[None]:
    """Set the share of route v2, in percent, and reload; when resumed, undo it.

    Raises CannotFindOutError when the configuration is not as expected.
    """
    gateway = scene.gateway
    if gateway is None:
        raise CannotFindOutError("no gateway has been chosen yet")
    role, place, old, new = _SHARES[gateway.name]
    service = tool(scene) if role == "tool" else gateway.front
    file = scene.stack.configuration(service)
    original = file.read_text()
    if original.count(place) != 1:
        raise CannotFindOutError(f"{file} has not one {place!r}")
    file.write_text(original.replace(place, place.replace(old, new.format(share))))
    reload(scene, service)
    yield
    file.write_text(original)
    reload(scene, service)


def reload(scene: Scene, service: str) -> None:
    """Reload a service, and wait until the new configuration is in use."""
    if scene.gateway and service == scene.gateway.tool:
        probe, what = _reloads_said(scene, service), f"the reload of {service}"
    else:
        probe, what = scene.stats.process, f"a new process of {service}"
    before = probe()
    scene.stack.reload(service)
    eventually(probe, lambda now: now != before, _RELOADED_WITHIN, what)


def _reloads_said(scene: Scene, service: str) -> Callable[[], str]:
    return lambda: str(scene.stack.logs(service, whole=True).count(_RELOADED))


def too_late(exchanges: Sequence[Exchange], seconds: float) -> list[str]:
    """Say which answers took longer than so many seconds."""
    return [wrong for each in exchanges for wrong in verdicts.not_within(each, seconds)]
