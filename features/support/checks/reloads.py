"""Reloads under traffic, repeated until what a gateway may lose is lost."""

from collections.abc import Callable

from features.support.checks import accounting, answers
from features.support.operator import live_edits
from features.support.scene import Scene
from features.support.waiting import eventually
from features.support.wire.stream import Stream

_WITHIN = 15.0


def _request(scene: Scene) -> bool:
    return bool(answers.unanswered(scene.exchanges))


def _copy(scene: Scene) -> bool:
    return bool(accounting.check_losses(scene, 0))


LOSSES: dict[str, Callable[[Scene], bool]] = {"a request": _request, "a copy": _copy}


def reload_until(scene: Scene, lost: str, most: int) -> None:
    """Reload under traffic until something is lost, `most` times; keep the last one's requests."""
    for _ in range(most):
        scene.exchanges[:] = _reload_under_traffic(scene).stop()
        if LOSSES[lost](scene):
            return


def _reload_under_traffic(scene: Scene) -> Stream:
    stream = Stream(scene.entry, "/api/v1")
    stream.start()
    try:
        before = live_edits.reload(scene)
        eventually(
            lambda: live_edits.process(scene), lambda now: now != before, _WITHIN, "a new process"
        )
        stream.await_more(200)
    finally:
        stream.stop()
    return stream


def check_lost_requests(scene: Scene, least: int, most: int) -> list[str]:
    """Say how not so many requests got no answer, or others another than the primary's."""
    lost = answers.unanswered(scene.exchanges)
    found = answers.check_answers([each for each in scene.exchanges if each not in lost])
    if least <= len(lost) <= most:
        return found
    shown = [f"{each.sent.method} {each.sent.target}: {each.answer}" for each in lost[:2]]
    return [f"{len(lost)} of {len(scene.exchanges)} requests got no answer", *shown, *found]


def check_lost_copies(scene: Scene, least: int, most: int) -> list[str]:
    """Say how not so many copies were lost, or some came twice."""
    found = accounting.check_losses(scene, most)
    if least and not accounting.check_losses(scene, least - 1):
        found.append(f"fewer than {least} of {len(scene.exchanges)} copies were lost")
    return found
