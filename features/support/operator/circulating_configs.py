"""Configurations that people copy from one another, and what becomes of them in this gateway."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.model import Circulating, CirculatingScript, Edit, needed
from features.support.operator import live_edits
from features.support.operator.config_check import CheckResult, check_files
from features.support.scene import Scene

SCRIPTS: Mapping[str, CirculatingScript] = {
    name: script
    for gateway in CATALOGUE.values()
    if gateway.circulating
    for name, script in gateway.circulating.scripts.items()
}


def check_circulating(scene: Scene) -> CheckResult:
    """Let the gateway check the configuration that people copy."""
    known = _ability(scene)
    return check_files(scene, known.files, known.main)


def check_own(scene: Scene) -> CheckResult:
    """Let the gateway check this project's configuration; warnings count as faults."""
    known = _ability(scene)
    files = {each.name: each.read_text() for each in known.own.iterdir()}
    return check_files(scene, files, known.main, strict=True)


@contextmanager
def loaded(scene: Scene, name: str) -> Iterator[None]:
    """Let the gateway call a script for each request on v1; undo it.

    Raises CannotFindOutError when the configuration is not as expected.
    """
    script = _ability(scene).scripts[name]
    file = scene.stack.configuration(scene.in_front.front).with_name(script.name)
    file.write_text(script.text)
    path = str(_seen_by_the_gateway(scene, script.name))
    edits = [Edit(old, new.replace("{path}", path)) for old, new in script.loaded]
    try:
        with live_edits.edited(scene, "front", edits):
            yield
    finally:
        file.unlink()


def _seen_by_the_gateway(scene: Scene, name: str) -> Path:
    """Return where the gateway finds a file: beside its configuration."""
    own = scene.stack.exec(scene.in_front.front, ["echo", "{configuration}"])
    return Path(own.output.strip()).with_name(name)


def _ability(scene: Scene) -> Circulating:
    return needed(scene.in_front.circulating, scene.in_front, "circulating")
