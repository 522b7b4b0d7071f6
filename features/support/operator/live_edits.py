"""What an operator changes while a gateway runs, how it takes effect, and how it is undone."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from features.support.gateways.model import Edit, Edits, Effect, Effecting, Role, needed
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
    with changed(scene, role, {file: edits}):
        yield


@contextmanager
def changed(
    scene: Scene, role: Role, edits: Edits, effecting: Effecting | None = None
) -> Iterator[None]:
    """Edit files of a role's service and let that take effect as usual or as told; undo it."""
    effecting = effecting or needed(scene.in_front.effects.get(role), scene.in_front, "effects")
    effect = effecting(scene.stack, scene.in_front)
    files = {_file(scene, role, name): each for name, each in edits.items()}
    if effect.stamped:
        files.setdefault(_file(scene, role, effect.stamped), ())
    originals = {path: path.read_text() for path in files}
    texts = dict(originals)
    for path, edit in ((path, edit) for path, each in files.items() for edit in each):
        texts[path] = edit.applied(texts[path], path)
    try:
        _take_effect(effect, texts)
    except BaseException:
        for path, text in originals.items():
            _write(path, text, whole=effect.whole)
        raise
    try:
        yield
    finally:
        _take_effect(effecting(scene.stack, scene.in_front), originals)


def reload(scene: Scene) -> str:
    """Let the gateway read its configuration again, changed where it watches its files.

    Returns what told its processes before, "" where they stay the same.
    """
    gateway = scene.in_front
    if gateway.reread:
        scene.change(changed(scene, "front", gateway.reread))
        return ""
    before = process(scene)
    scene.stack.reload(gateway.front)
    return before


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


def _take_effect(effect: Effect, texts: Mapping[Path, str]) -> None:
    before = set(effect.probe().split())
    for path, text in texts.items():
        stamped = effect.stamp(text) if path.name == effect.stamped or not effect.stamped else text
        _write(path, stamped, whole=effect.whole)
    effect.trigger()

    def running() -> set[str]:
        return set(effect.probe().split())

    def is_new(now: set[str]) -> bool:
        return bool(now) and not now & before

    if effect.deaf and not watch(running, is_new, _HEARD_WITHIN).met:
        effect.trigger()
    names = " and ".join(path.name for path in texts)
    eventually(running, is_new, _WITHIN, f"the effect of a change in {names}")


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
