"""Mistakes in what a way of mirroring is configured with, and what must be said of them."""

from dataclasses import dataclass
from pathlib import Path

from features.support.errors import CannotFindOutError, MissingAbilityError
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.model import MirroringMistake
from features.support.operator import changes
from features.support.scene import Scene
from features.support.stack import Execution
from features.support.telling import brief

_REFUSED = 1  # the exit code
_SUFFIXES = (".cfg", ".conf", ".spoe", ".yaml")  # the files of a service that a mistake can be in
# The words of all gateways' mistakes.
_INVALID_SHARE = "an invalid share in its configuration"
MISTAKES = {name for gateway in CATALOGUE.values() for name in gateway.mistakes} | {_INVALID_SHARE}


@dataclass(frozen=True)
class Refusal:
    """What was said to a mistake, and the words that had to be in it."""

    execution: Execution
    named: tuple[str, ...]

    def check_located_refusal(self) -> list[str]:
        """Say how the mistake was not refused, or not by its place."""
        said = self.execution.output
        missing = [word for word in self.named if word not in said]
        if self.execution.code == _REFUSED and not missing:
            return []
        return [f"exit code {self.execution.code}; not said: {brief(missing)}", said]


def load(scene: Scene, name: str) -> Refusal:
    """Let the service load its configuration of this run with one mistake in it."""
    gateway = scene.in_front
    if name == _INVALID_SHARE:
        return _written(scene)
    if name not in gateway.mistakes:
        raise MissingAbilityError(f"{gateway.name} declares no mistake {name!r}")
    mistake = gateway.mistakes[name]
    service = gateway.playing(mistake.role)
    files, line = _files(scene, service, mistake) if _has_files(scene, service) else ({}, 0)
    said = scene.stack.exec(service, mistake.command, files)
    return Refusal(said, tuple(word.format(line=line) for word in mistake.named))


def _written(scene: Scene) -> Refusal:
    """Let the gateway that runs read a mistake; the file's writer is told nothing, only its log."""
    scene.change(changes.invalid_share(scene))
    return Refusal(Execution(0, scene.stack.logs(scene.in_front.front)), ())


def _has_files(scene: Scene, service: str) -> bool:
    return scene.stack.service(service).configuration is not None


def _files(scene: Scene, service: str, mistake: MirroringMistake) -> tuple[dict[str, str], int]:
    """Return the service's files, one of them with the mistake, and the number of its line."""
    directory = scene.stack.configuration(service).parent
    files = {each.name: each.read_text() for each in _configurations(directory)}
    if not mistake.file:
        return files, 0
    text = files[mistake.file]
    if text.count(mistake.old) != 1:
        raise CannotFindOutError(f"{directory / mistake.file} has not one {mistake.old!r}")
    line = text[: text.index(mistake.old)].count("\n") + 1
    return {**files, mistake.file: text.replace(mistake.old, mistake.new)}, line


def _configurations(directory: Path) -> list[Path]:
    return [each for each in sorted(directory.iterdir()) if each.suffix in _SUFFIXES]
