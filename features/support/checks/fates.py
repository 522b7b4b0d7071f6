"""What a way of mirroring publishes of copies that went wrong, or were never made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from features.support.gateways.fate import Fate, FateFigures
from features.support.gateways.model import Gateway
from features.support.operator import changes
from features.support.scene import Scene
from features.support.waiting import watch
from features.support.wire.client import request
from features.support.wire.exchange import Sent
from features.support.wire.payloads import filled
from features.support.wire.recorder import Fault

_CLIENTS = "/api"  # health checks are answered well: a shadow that is down gets no copies at all
FAILURES: Mapping[Fate, Mapping[str, Fault]] = {
    "answers too late": {"hang": True, "prefix": _CLIENTS},
    "does not listen": {"refuse": True},
    "hangs up": {"drop_answer_at": 0, "prefix": _CLIENTS},
    "answers with errors": {"status": 500, "prefix": _CLIENTS},
}
ROOMS: tuple[Fate, ...] = ("by their number", "by their bytes")
# Who keeps connections to a shadow finds some of them closed before finding nobody to connect to.
_FORGIVEN: Mapping[Fate, Fate] = {"does not listen": "hangs up"}
_COUNTED_WITHIN = 15.0
_NOTHING_WITHIN = 0.5
_TICK = 0.12  # seconds; some put the figures of their threads together every 0.1 s
_LATE = 0.3  # seconds, long beside what the client needs for all its requests
_BODY = 4096  # bytes, of which two fit into the room that is given


@dataclass(frozen=True)
class Event:
    """A fate that some requests have met, and the figures before it."""

    fate: Fate
    before: Mapping[str, int]
    count: Callable[[], int] = field(repr=False)

    def __str__(self) -> str:
        """Return the fate."""
        return str(self.fate)


def fail(scene: Scene, fate: Fate, count: int) -> Event:
    """Send requests on v1 while the shadow fails, each over a connection of its own."""
    _prepare(scene, fate)
    event = Event(fate, _settled(scene), lambda: count)
    scene.misbehave("shadow", **FAILURES[fate])
    for _ in range(count):
        scene.send(request("GET", "/api/v1"))
    return event


def draw(scene: Scene, count: int) -> Event:
    """Send requests on v2, of which some are not copied."""
    event = Event("not drawn", _settled(scene), lambda: count - len(scene.copies()))
    scene.send_in_turn(request("GET", "/api/v2") for _ in range(count))
    return event


def come_back(scene: Scene, count: int) -> Event:
    """Send copies to the gateway, as a shadow does that leads back to it."""
    event = Event("loop", _settled(scene), lambda: count)
    marker = (("X-Mirrored-By", scene.stack.marker),)
    scene.send_in_turn(request("GET", "/api/v1", marker) for _ in range(count))
    return event


def give_little_room(scene: Scene, fate: Fate) -> None:
    """Let few copies wait, of few bytes."""
    _prepare(scene, fate)


def overflow(scene: Scene, fate: Fate, count: int) -> Event:
    """Send more requests than there is room for, while the shadow is late."""
    scene.misbehave("shadow", delay=_LATE, prefix=_CLIENTS)
    event = Event(fate, _settled(scene), lambda: count - len(scene.copies()))
    scene.send_in_turn(_large() for _ in range(count))
    return event


def _large() -> Sent:
    return request("POST", "/api/v1", body=filled(_BODY))


def _prepare(scene: Scene, fate: Fate) -> None:
    setting = scene.in_front.patience.get(fate)
    if setting is not None:
        scene.change(changes.setting(scene, setting))


def check_own_figure(scene: Scene, event: Event) -> list[str]:
    """Say how no figure that is for nothing else counts exactly what has happened."""
    found = scene.in_front.figures
    name = found.names.get(event.fate) if found else None
    if found is None or name is None:
        return [f"{scene.in_front.name} has no figure of what is meant by: {event.fate}"]
    if also := _others(found, event.fate):
        return [f"{name} counts as well: {', '.join(also)}"]
    forgiven = found.names.get(_FORGIVEN.get(event.fate, event.fate), name)
    return _check_count(scene, event, name, forgiven) + _check_others(scene, event, name, forgiven)


def check_shared_figure(scene: Scene, event: Event) -> list[str]:
    """Say how no figure counts what has happened together with other failures."""
    found = scene.in_front.figures
    name = found.names.get(event.fate) if found else None
    if found is None or name is None or not _others(found, event.fate):
        return [f"{name} counts nothing but this: {event.fate}; the limit is no more"]
    grown = watch(
        lambda: _grown(scene, event).get(name, 0), lambda n: n >= event.count(), _COUNTED_WITHIN
    ).value
    return [] if grown >= event.count() > 0 else [f"{name} grew by {grown}, not {event.count()}"]


def check_no_figure(scene: Scene, event: Event) -> list[str]:
    """Say which figure tells of what has happened after all."""
    found = scene.in_front.figures
    if found is None:
        return []
    if event.fate in found.names:
        return [f"{found.names[event.fate]} tells of it; the limit is no more"]
    grown = watch(lambda: _grown(scene, event), bool, _NOTHING_WITHIN).value
    return [f"{name} grew by {count}" for name, count in grown.items()]


def _check_count(scene: Scene, event: Event, name: str, forgiven: str) -> list[str]:
    def look() -> tuple[int, int]:
        grown = _grown(scene, event)
        other = grown.get(forgiven, 0) if forgiven != name else 0
        return grown.get(name, 0), event.count() - other

    grown, wanted = watch(
        look, lambda seen: seen[0] == seen[1] > 0, _COUNTED_WITHIN, every=_TICK
    ).value
    if grown == wanted > 0:
        return []
    return [f"{wanted} requests met this: {event.fate}; {name} grew by {grown}"]


def _check_others(scene: Scene, event: Event, *names: str) -> list[str]:
    return [
        f"{other} grew by {count}, though nothing but this happened: {event.fate}"
        for other, count in _grown(scene, event).items()
        if other not in names
    ]


def _others(found: FateFigures[Gateway], fate: Fate) -> list[str]:
    return [
        each for each, name in found.names.items() if each != fate and name == found.names[fate]
    ]


def _grown(scene: Scene, event: Event) -> dict[str, int]:
    """Return how much the figures of fates have grown."""
    now = _read(scene)
    return {
        name: n - event.before.get(name, 0)
        for name, n in now.items()
        if n != event.before.get(name, 0)
    }


def _read(scene: Scene) -> Mapping[str, int]:
    found = scene.in_front.figures
    if found is None:
        return {}
    told = found.read(scene.stack, scene.in_front)
    return {name: told.get(name, 0) for name in found.names.values()}


def _settled(scene: Scene) -> Mapping[str, int]:
    """Return the figures once two readings agree."""
    seen: list[Mapping[str, int]] = []

    def look() -> bool:
        seen.append(_read(scene))
        return seen[-2:] == [seen[-1]] * 2

    watch(look, bool, _COUNTED_WITHIN, every=_TICK)
    return seen[-1]
