"""What an operator changes while a gateway runs, how it takes effect, and how it is undone."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from features.support.gateways.model import Edit, Effect, Role, needed
from features.support.scene import Scene
from features.support.waiting import eventually, watch

_WITHIN = 15.0
_HEARD_WITHIN = 5.0


@contextmanager
def edited(scene: Scene, role: Role, edits: Sequence[Edit], file: str = "") -> Iterator[None]:
    """Edit the configuration of a role's service and let it take effect; undo it in the end.

    `file` names another file in the directory of the configuration. Raises CannotFindOutError when
    the file is not as expected.
    """
    effect = _effect(scene, role)
    path = _file(scene, role, file)
    original = text = path.read_text()
    for edit in edits:
        text = edit.applied(text, path)
    try:
        _take_effect(effect, path, text)
    except BaseException:
        _write(path, original, whole=effect.whole)
        raise
    try:
        yield
    finally:
        _take_effect(_effect(scene, role), path, original)


@contextmanager
def mistaken(scene: Scene, edit: Edit, file: str = "") -> Iterator[None]:
    """Make an edit of the gateway's file that is a mistake, and wait until it is seen; undo it."""
    effect = _effect(scene, "front")
    if not effect.strict:
        with edited(scene, "front", [edit], file):
            yield
        return
    service = scene.in_front.front
    path = _file(scene, "front", file)
    original = path.read_text()
    said = scene.stack.logs(service, whole=True)
    _write(path, edit.applied(original, path), whole=effect.whole)
    try:
        eventually(
            lambda: scene.stack.logs(service, whole=True).removeprefix(said),
            lambda new: path.name in new,
            _WITHIN,
            f"a word of {service} about a mistake",
        )
        yield
    finally:
        _write(path, original, whole=effect.whole)


def process(scene: Scene) -> str:
    """Tell the gateway's working processes from those that come after a reload."""
    return needed(scene.in_front.process, scene.in_front, "process")(scene.stack, scene.in_front)


def _file(scene: Scene, role: Role, file: str) -> Path:
    path = scene.stack.configuration(scene.in_front.playing(role))
    return path.parent / file if file else path


def _effect(scene: Scene, role: Role) -> Effect:
    return scene.in_front.effect(scene.stack, role)


def _take_effect(effect: Effect, path: Path, text: str) -> None:
    before = set(effect.probe().split())
    _write(path, effect.stamp(text), whole=effect.whole)
    effect.trigger()

    def running() -> set[str]:
        return set(effect.probe().split())

    def changed(now: set[str]) -> bool:
        return bool(now) and not now & before

    if effect.deaf and not watch(running, changed, _HEARD_WITHIN).met:
        effect.trigger()
    eventually(running, changed, _WITHIN, f"the effect of a change in {path.name}")


def _write(path: Path, text: str, *, whole: bool) -> None:
    """Write a file; as a whole, so that who watches its directory never sees it half written."""
    if whole:
        new = path.with_suffix(".new")
        new.write_text(text)
        new.replace(path)
        return
    before = int(path.stat().st_mtime)
    path.write_text(text)  # a container may have this very file, and no other of that name
    # Who looks at the time of a file in whole seconds must see that this one is newer.
    newest = max(time.time(), before + 1)
    os.utime(path, (newest, newest))
