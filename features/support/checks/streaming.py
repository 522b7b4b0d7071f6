"""Answers that come piece by piece, and clients that use of HTTP/1 what few use."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from itertools import pairwise, product
from typing import TypeVar

from features.support.checks import copies
from features.support.scene import Scene
from features.support.waiting import patient, watch
from features.support.wire import patient_clients
from features.support.wire.client import ClientError, Exchange, request
from features.support.wire.exchange import Answer, Received, Sent
from features.support.wire.patient_clients import Hinted, Listening
from features.support.wire.payloads import filled

T = TypeVar("T")
_ROUTES = ("v1", "v3")
_KB = 1024
_MB = 1024 * _KB
_SMALL = 5  # bytes
_COPY_WITHIN = 2.0  # seconds
_AHEAD = 0.1  # seconds between hints and the answer


def listen(scene: Scene, count: int, pause: float) -> list[Listening]:
    """Let the primary answer with events on v1 and v3, so many seconds apart, and read them."""
    scene.misbehave("primary", answer_events=count, answer_pause=pause, prefix="/api")
    sent = [request("GET", f"/api/{route}/events") for route in _ROUTES]
    found = _side_by_side(partial(patient_clients.listen, scene.entry), sent)
    # Whoever asks what was copied asks of these.
    scene.exchanges += [Exchange(each, ClientError("read as events")) for each in sent]
    return found


def _side_by_side(play: Callable[[Sent], T], sent: Sequence[Sent]) -> list[T]:
    """Play a client for each request at the same time; return what each got."""
    with ThreadPoolExecutor(len(sent)) as pool:
        return list(pool.map(play, sent))


def check_events(heard: Sequence[Listening], count: int, within: float) -> list[str]:
    """Say which events did not reach their clients, or later than so many seconds."""
    return [wrong for each in heard if (wrong := _check_events(each, count, within))]


def check_gathered(on_v1: Listening, on_v3: Listening, count: int, within: float) -> list[str]:
    """Say which events on v1 did not come together at the end, and which on v3 came too late."""
    found = check_events([on_v3], count, within)
    delays = on_v1.delays
    if isinstance(delays, ClientError) or len(delays) != count:
        return [*found, _check_events(on_v1, count, within)]
    # Each has waited for the last one, and so longer than the one behind it.
    together = all(one > next_ + within for one, next_ in pairwise(delays))
    return found if together else [*found, f"{on_v1.sent}: events came one by one"]


def _check_events(heard: Listening, count: int, within: float) -> str:
    delays = heard.delays
    if isinstance(delays, ClientError):
        return str(delays)
    if len(delays) != count:
        return f"{heard.sent}: {len(delays)} of {count} events came"
    if max(delays) > patient(within):
        return f"{heard.sent}: events took up to {max(delays):.2f} s, and not {within:g} s at most"
    return ""


def send_once_told(scene: Scene) -> None:
    """Let clients wait for 100 Continue before they send bodies on v1 and v3."""
    for route, size in product(_ROUTES, (_SMALL, 40 * _KB)):
        sent = request("POST", f"/api/{route}/orders", body=filled(size))
        scene.exchanges.append(patient_clients.send_once_told(scene.entry, sent))


def copied_small(scene: Scene) -> list[Received]:
    """Return the copies of small bodies, once what was sent later has been copied."""
    small = {
        e.sent.request_id for e in scene.exchanges if e.sent.body and len(e.sent.body) == _SMALL
    }
    return [each for each in copies.all_but_sentinels(scene) if each.request_id in small]


def send_to_read_late(scene: Scene, size: int, pause: float) -> None:
    """Let the primary answer with so many MB, which a client on v1 reads after so many seconds.

    It stays until the copy has come: Traefik mirrors once the answer has been written, and not for
    a client that has left by then (1 in 40 of those who leave with the last byte).
    """
    scene.misbehave("primary", answer_bytes=size * _MB, prefix="/api")
    sent = request("GET", "/api/v1/export")
    copied = partial(scene.shadow.copies_of, str(sent.request_id))
    stay = partial(watch, copied, until=bool, within=_COPY_WITHIN)
    scene.exchanges.append(patient_clients.read_late(scene.entry, sent, pause, stay))
    scene.misbehave("primary")


def check_size(scene: Scene, size: int) -> list[str]:
    """Say how the client did not get so many MB from the primary."""
    answer = scene.last.answer
    if not isinstance(answer, Answer):
        return [str(answer)]
    if answer.status == HTTPStatus.OK and len(answer.body) == size * _MB:
        return []
    return [f"status {answer.status}, {len(answer.body)} of {size * _MB} bytes"]


def send_for_hints(scene: Scene) -> list[Hinted]:
    """Let the primary send early hints before its answers; ask for them on v1 and v3."""
    scene.misbehave("primary", early_hints=_AHEAD, prefix="/api")
    ask = partial(patient_clients.ask_for_hints, scene.entry)
    found: list[Hinted] = []
    for body in (None, filled(40 * _KB)):
        method = "POST" if body else "GET"
        sent = [request(method, f"/api/{route}/orders", body=body) for route in _ROUTES]
        found += _side_by_side(ask, sent)
    scene.exchanges += [each.exchange for each in found]
    scene.misbehave("primary")
    return found


def check_hints(came: Sequence[Hinted]) -> list[str]:
    """Say what clients on v1 got that those on v3 did not, or the other way.

    Nginx before 1.29 takes hints for the answer, so that a client waits for another in vain.
    """
    pairs = zip(came[::2], came[1::2], strict=True)
    return [f"{one}, but {other}" for one, other in pairs if one.got != other.got]


def check_hints_kept_back(came: Sequence[Hinted]) -> list[str]:
    """Say which requests on v1 brought interim answers, and which on v3 did not."""
    return [str(one) for one in came[::2] if one.interim] + [
        str(other) for other in came[1::2] if not other.interim
    ]


def send_pipelined(scene: Scene, count: int) -> None:
    """Send so many requests on v1, and as many on v3, each time in one go."""
    for route in _ROUTES:
        scene.exchanges += patient_clients.send_pipelined(scene.entry, _mixed(route, count))


def send_as_1_0(scene: Scene) -> None:
    """Send requests of HTTP/1.0 on v1 and v3, with and without a body."""
    for each in (*_mixed("v1", 2), *_mixed("v3", 2)):
        scene.exchanges.append(patient_clients.send_as_1_0(scene.entry, each))


def _mixed(route: str, count: int) -> list[Sent]:
    bodies = (None, b"order")
    return [
        request("POST" if (body := bodies[n % 2]) else "GET", f"/api/{route}/orders/{n}", body=body)
        for n in range(count)
    ]
