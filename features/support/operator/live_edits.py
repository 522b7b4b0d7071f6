"""What an operator changes while a gateway runs, how it takes effect, and how it is undone."""

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

from features.support.errors import CannotFindOutError
from features.support.operator.reload_probes import APISIX, TRAEFIK, Mark
from features.support.scene import Scene
from features.support.waiting import eventually, patient, watch
from features.support.wire.client import request, send

_WITHIN = 15.0
_HEARD_WITHIN = 5.0
_CONNECTIONS = 12  # to APISIX, each of whose workers reads the file itself
_RELOADED = "configuration loaded again"  # the agent's own words
_WORKERS = r"""
for p in {processes}; do
  [ -r /proc/$p/cmdline ] && tr '\0' ' ' < /proc/$p/cmdline | grep -q '^nginx: worker' && echo $p
done; true
"""


@dataclass(frozen=True)
class Edit:
    """Text of a configuration, which stands there so many times, and what comes in its place."""

    old: str
    new: str
    times: int = 1

    def applied(self, text: str, file: Path) -> str:
        """Return the text with the edit made; raises CannotFindOutError when it does not fit."""
        if text.count(self.old) != self.times:
            raise CannotFindOutError(f"{file} has not {self.times} times {self.old!r}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Effect:
    """How a changed file takes effect: what is told to whom, and what tells that it was heard.

    What `probe` says in words is another word once it was; `stamp` adds to the file what it looks
    for. A file with a mistake is left aside as a whole where the gateway is `strict`. One that is
    `deaf` while it begins is told again when it did not hear.
    """

    trigger: Callable[[], None]
    probe: Callable[[], str]
    stamp: Callable[[str], str] = str
    strict: bool = False
    deaf: bool = False


def edited(scene: Scene, service: str, edits: Sequence[Edit], file: str = "") -> Iterator[None]:
    """Edit a service's configuration and let it take effect; when resumed, undo it.

    `file` names another file in the directory of the configuration. Raises CannotFindOutError when
    the file is not as expected.
    """
    path = scene.stack.configuration(service)
    path = path.parent / file if file else path
    original = text = path.read_text()
    for edit in edits:
        text = edit.applied(text, path)
    try:
        _take_effect(scene, service, path, text)
    except BaseException:
        _write(path, original)
        raise
    yield
    _take_effect(scene, service, path, original)


def mistaken(scene: Scene, service: str, edit: Edit, file: str = "") -> Iterator[None]:
    """Make an edit that is a mistake, and wait until the gateway has seen it; undo it."""
    if not _effect(scene, service).strict:
        yield from edited(scene, service, [edit], file)
        return
    path = scene.stack.configuration(service).parent / file
    original = path.read_text()
    said = scene.stack.logs(service, whole=True)
    _write(path, edit.applied(original, path))
    eventually(
        lambda: scene.stack.logs(service, whole=True).removeprefix(said),
        lambda new: path.name in new,
        _WITHIN,
        f"a word of {service} about a mistake",
    )
    yield
    _write(path, original)


def process(scene: Scene) -> str:
    """Tell the gateway's working processes from those that come after a reload."""
    if scene.gateway and scene.gateway.front == "nginx":
        return _nginx_workers(scene)
    return scene.stats.process()


def set_live(scene: Scene, change: str, undo: str) -> Iterator[None]:
    """Change a figure through Envoy's admin interface; when resumed, undo it."""
    _tell_envoy(scene, f"/runtime_modify?{change}")
    yield
    _tell_envoy(scene, f"/runtime_modify?{undo}")


def _take_effect(scene: Scene, service: str, path: Path, text: str) -> None:
    effect = _effect(scene, service)
    before = set(effect.probe().split())
    _write(path, effect.stamp(text))
    effect.trigger()

    def running() -> set[str]:
        return set(effect.probe().split())

    def changed(now: set[str]) -> bool:
        return bool(now) and not now & before

    if effect.deaf and not watch(running, changed, _HEARD_WITHIN).met:
        effect.trigger()
    eventually(running, changed, _WITHIN, f"the effect of a change in {path.name}")


def _write(path: Path, text: str) -> None:
    """Write a file; who watches its directory never sees it half written."""
    if path.parent.name != "routes":
        before = int(path.stat().st_mtime)
        path.write_text(text)  # a container may have this very file, and no other of that name
        # Who looks at the time of a file in whole seconds must see that this one is newer.
        newest = max(time.time(), before + 1)
        os.utime(path, (newest, newest))
        return
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def _effect(scene: Scene, service: str) -> Effect:
    """Return how a change of a service's configuration takes effect."""
    if scene.gateway and service == scene.gateway.tool:
        return Effect(lambda: scene.stack.reload(service), lambda: _reloads_said(scene, service))
    own = _EFFECTS.get(service)
    if own:
        return own(scene)
    # A HAProxy that is still busy with one reload may forget that it was asked for another.
    return Effect(lambda: scene.stack.reload(service), scene.stats.process, deaf=True)


def _of_nginx(scene: Scene) -> Effect:
    return Effect(lambda: scene.stack.reload("nginx"), lambda: _nginx_workers(scene))


def _of_traefik(scene: Scene) -> Effect:
    return _marked(scene, TRAEFIK, strict=True)


def _of_envoy(scene: Scene) -> Effect:
    starts = 0

    def restart() -> None:
        nonlocal starts
        scene.stop("envoy")
        scene.restore("envoy")
        starts += 1

    return Effect(restart, lambda: str(starts))


def _of_apisix(scene: Scene) -> Effect:
    return _marked(scene, APISIX, connections=_CONNECTIONS)


def _marked(scene: Scene, mark: Mark, *, connections: int = 1, strict: bool = False) -> Effect:
    """Look for a route of the new file, over so many connections."""
    path = f"/generation/{uuid.uuid4()}"

    def served() -> str:
        found = {send(scene.entry, request("GET", path)).status for _ in range(connections)}
        return "new" if found == {mark.status} else "old"

    return Effect(_nothing, served, lambda text: mark.put(text, path), strict=strict)


def _nothing() -> None:
    """Do nothing: the gateway watches its file."""


_EFFECTS: Mapping[str, Callable[[Scene], Effect]] = {
    "apisix": _of_apisix,
    "nginx": _of_nginx,
    "traefik": _of_traefik,
    "envoy": _of_envoy,
}


def _reloads_said(scene: Scene, service: str) -> str:
    return str(scene.stack.logs(service, whole=True).count(_RELOADED))


def _nginx_workers(scene: Scene) -> str:
    script = _WORKERS.format(processes=scene.stack.processes("nginx"))
    return scene.stack.exec("nginx", ["sh", "-c", script]).output


def _tell_envoy(scene: Scene, path: str) -> None:
    url = f"http://{scene.stack.address('envoy', 'stats')}{path}"
    try:
        requests.post(url, timeout=patient(_WITHIN)).raise_for_status()
    except requests.RequestException as reason:
        raise CannotFindOutError(f"envoy does not do as told at {url}: {reason}") from None
