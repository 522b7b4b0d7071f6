"""Requests of which only a half arrived, or only a half was read."""

from collections.abc import Mapping, Sequence
from itertools import product

from features.support.checks import answers, copies
from features.support.scene import Scene
from features.support.waiting import watch
from features.support.wire import uploads
from features.support.wire.client import Exchange, request
from features.support.wire.exchange import Answer, Received
from features.support.wire.payloads import filled
from features.support.wire.recorder import Fault

_KB = 1024
SMALL, LARGE = 8 * _KB, 200 * _KB  # within a gateway's buffers, and beyond
_SOON = 1.0  # seconds in which half a copy would have come
# What the shadow does to uploads, by the features' words; the last reads slowly, so that its answer
# and its end come before the body.
SHADOW_FAILURES: Mapping[str, Mapping[str, Fault]] = {
    "resets uploads before it reads them": {"drop_upload_at": 0},
    "resets uploads in the middle": {"drop_upload_at": 8000},
    "answers uploads before it has read them": {
        "early": True,
        "read_rate": 100_000,
        "answer_headers": [["Connection", "close"]],
    },
}


def break_off_uploads(scene: Scene) -> None:
    """Let clients break off small and large bodies, with a length or in chunks, in two ways."""
    for size, chunked, reset in product((SMALL, LARGE), (False, True), (False, True)):
        sent = request("POST", "/api/v1/orders", body=filled(size), chunked=chunked)
        scene.exchanges.append(Exchange(sent, uploads.break_off(scene.entry, sent, reset=reset)))


def upload_on_both(scene: Scene) -> None:
    """Send bodies with a length and in chunks, on v1 and v3, each over a connection of its own."""
    for route, chunked in product(("v1", "v3"), (False, True)):
        scene.send(request("POST", f"/api/{route}", body=filled(LARGE), chunked=chunked))


def check_no_half_passes(scene: Scene, *, but_copies_in_chunks: bool = False) -> list[str]:
    """Say which requests came to primary or shadow without their end, and passed for whole.

    Copies of what was sent in chunks may be forgiven.
    """
    copies.await_sentinels(scene)
    whole = {str(e.sent.request_id): len(e.sent.body or b"") for e in scene.exchanges}
    chunked = {e.sent.request_id for e in scene.exchanges if e.sent.chunked}
    forgiven = chunked if but_copies_in_chunks else set()
    seen = [each for each in scene.shadow.received(whole) if each.request_id not in forgiven]
    seen += scene.primary.received(whole)
    return [
        f"{each.method} {each.target}: the {each.service} took {each.length} of"
        f" {whole[str(each.request_id)]} bytes for the whole body ({each.framing})"
        for each in seen
        if each.state == "complete" and each.length != whole[str(each.request_id)]
    ]


def check_failed(exchanges: Sequence[Exchange]) -> list[str]:
    """Say which requests look like a success to their clients."""
    return [
        f"{each.sent}: status {each.status} looks like success"
        for each in exchanges
        if isinstance(each.answer, Answer) and each.answer.status < 500
    ]


def check_uploads_failed(scene: Scene) -> list[str]:
    """Say how the shadow did not do to uploads what it was told."""

    def cut() -> list[Received]:
        return [each for each in scene.copies() if each.state == "cut"]

    if watch(cut, bool, _SOON).met:
        return []
    return [f"the shadow broke off none of {len(scene.copies())} copies of uploads"]


def check_once(scene: Scene) -> list[str]:
    """Say which uploads did not come to the primary once, and were cut there."""
    states: dict[str | None, list[str]] = {}
    for each in scene.primary.received(str(e.sent.request_id) for e in scene.exchanges):
        states.setdefault(each.request_id, []).append(each.state)
    return [
        f"{each.sent}: the primary saw it {seen or 'never'}, and not once, cut"
        for each in scene.exchanges
        if (seen := ", ".join(states.get(each.sent.request_id, []))) != "cut"
    ]


def check_hidden(scene: Scene) -> list[str]:
    """Say which uploads on v1 got another answer than a status 200 without a body."""
    return answers.check_empty_successes(scene.exchanges, "/api/v1")
