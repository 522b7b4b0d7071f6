"""Clients who wait for a primary, or whom a primary waits for."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product

from features.support.checks import copies
from features.support.gateways.model import needed
from features.support.operator import changes
from features.support.scene import Scene
from features.support.waiting import patient
from features.support.wire import uploads
from features.support.wire.client import Exchange, request
from features.support.wire.exchange import Answer
from features.support.wire.payloads import filled

_KB = 1024
_LONGER = 2.0  # seconds by which an answer may be later than what it waits for
_EXACT = 0.95  # clocks of two programs agree no better
_ROUTES = ("/api/v1", "/api/v3")


def set_answer_time(scene: Scene, seconds: int) -> None:
    """Let the gateway wait so long for the primary's answers, until the scenario ends."""
    gateway = scene.in_front
    setting = needed(gateway.answer_time, gateway, "answer_time")(seconds)
    scene.change(changes.setting(scene, setting))


def ask_at_once(scene: Scene, patience: float = 15.0) -> None:
    """Send requests with and without a body on v1 and v3, at the same moment.

    Clients have a patience of so many seconds.
    """
    kinds: tuple[tuple[str, bytes | None], ...] = (("GET", None), ("POST", b"order"))
    sent = [request(kind, path, body=body) for path, (kind, body) in product(_ROUTES, kinds)]
    scene.send_at_once(sent, patient(patience))


def upload_slowly(scene: Scene, seconds: float) -> None:
    """Let clients take so many seconds for a body of 40 KB: on v1 and v3, in chunks or not."""
    sent = [
        request("POST", path, body=filled(40 * _KB), chunked=chunked)
        for path, chunked in product(_ROUTES, (False, True))
    ]
    with ThreadPoolExecutor(len(sent)) as pool:
        answers = pool.map(partial(uploads.send_slowly, scene.entry, seconds=seconds), sent)
        scene.exchanges += [Exchange(*pair) for pair in zip(sent, answers, strict=True)]


def check_took(exchanges: Sequence[Exchange], seconds: float) -> list[str]:
    """Say which answers did not take so many seconds, or longer than there was reason to."""
    return [
        f"{each.sent}: {each.answer}, and not after {seconds:g} to {seconds + _LONGER:g} s"
        for each in exchanges
        if not isinstance(each.answer, Answer)
        or not seconds * _EXACT <= each.answer.elapsed <= seconds + patient(_LONGER)
    ]


def check_gave_up(exchanges: Sequence[Exchange], seconds: float) -> list[str]:
    """Say which answers are not the gateway's own status 504, after so many seconds."""
    found = [
        f"{each.sent}: status {each.status}, and not the gateway's 504"
        for each in exchanges
        if each.status != 504 or (isinstance(each.answer, Answer) and each.answer.service)
    ]
    return found + check_took(exchanges, seconds)


def check_received(scene: Scene) -> list[str]:
    """Say which uploads did not reach the primary whole."""
    arrived = {
        str(each.sent.request_id): scene.primary.await_request(str(each.sent.request_id))
        for each in scene.exchanges
    }
    return copies.check_contents([each.sent for each in scene.exchanges], arrived)
