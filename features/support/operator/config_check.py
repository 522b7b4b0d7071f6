"""Configurations with one mistake each, and what the gateway says of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from features.support.errors import CannotFindOutError
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.model import ConfigCheck, ConfigMistake, needed
from features.support.scene import Scene
from features.support.stack import Execution
from features.support.telling import listed

_FILE = "mistake.cfg"
MISTAKES: Mapping[str, ConfigMistake] = {
    name: mistake
    for gateway in CATALOGUE.values()
    if gateway.config_check
    for name, mistake in gateway.config_check.mistakes.items()
}


@dataclass(frozen=True)
class CheckResult:
    """What the gateway said of a configuration, and the number of the line that is wrong."""

    execution: Execution
    alarm: str
    warning: str
    line: int | None = None

    def check_accepted(self) -> list[str]:
        """Say how the configuration was not accepted, or only with a warning."""
        if self.execution.code == 0 and self.warning not in self.execution.output:
            return []
        return [f"exit code {self.execution.code}", self.execution.output]

    def check_refusal(self) -> list[str]:
        """Say how the configuration was not refused."""
        if self.execution.code == 1 and self.alarm in self.execution.output:
            return []
        return [f"exit code {self.execution.code}", self.execution.output]

    def check_named(self, *names: str) -> list[str]:
        """Say which names the message leaves out."""
        missing = [each for each in names if f"'{each}'" not in self.execution.output]
        return [f"{listed(missing)} is not named in:", self.execution.output] if missing else []

    def check_located(self) -> list[str]:
        """Say how the message does not name the line of the mistake."""
        if re.search(rf"{re.escape(_FILE)}:{self.line}\b", self.execution.output):
            return []
        return [f"line {self.line} is not named in:", self.execution.output]


def check_running(scene: Scene) -> CheckResult:
    """Let the gateway check the configuration that it runs with; warnings count as faults."""
    return run(scene, _ability(scene).running)


def start_with(scene: Scene, mistake: str) -> CheckResult:
    """Let a second gateway start with the running configuration and one mistake in it."""
    text, line = broken(scene, mistake)
    return run(scene, (*_ability(scene).starting, f"{{files}}/{_FILE}"), {_FILE: text}, line)


def check_with(scene: Scene, mistake: str) -> CheckResult:
    """Let the gateway's program check the reference configuration with one mistake in it."""
    text, line = broken(scene, mistake)
    return run(scene, (*_ability(scene).loading, f"{{files}}/{_FILE}"), {_FILE: text}, line)


def check_files(
    scene: Scene, files: Mapping[str, str], main: str, *, strict: bool = False
) -> CheckResult:
    """Let the gateway's program check files; `strict` counts warnings as faults."""
    ability = _ability(scene)
    argv = (*(ability.strict if strict else ability.loading), f"{{files}}/{main}")
    return run(scene, argv, files)


def run(
    scene: Scene,
    argv: tuple[str, ...],
    files: Mapping[str, str] | None = None,
    line: int | None = None,
) -> CheckResult:
    """Run a command where the gateway runs, and return what it said."""
    ability = _ability(scene)
    said = scene.stack.exec(scene.in_front.front, argv, files)
    return CheckResult(said, ability.alarm, ability.warning, line)


def broken(scene: Scene, name: str) -> tuple[str, int]:
    """Return the reference configuration with a mistake, and the number of the wrong line."""
    ability = _ability(scene)
    mistake, file = ability.mistakes[name], ability.reference
    text = file.read_text()
    if text.count(mistake.instead_of) != 1:
        raise CannotFindOutError(f"{file} has not one line {mistake.instead_of!r}")
    text = text.replace(mistake.instead_of, mistake.put)
    number = next(n for n, line in enumerate(text.splitlines(), 1) if mistake.wrong in line)
    return text, number


def directives(scene: Scene) -> list[str]:
    """List every keyword that the gateway's program knows."""
    done = scene.stack.exec(scene.in_front.front, _ability(scene).keywords)
    return [line.strip() for line in done.output.splitlines() if line.strip()]


def _ability(scene: Scene) -> ConfigCheck:
    """Return how configurations are judged: by the gateway's own word, or that of its program."""
    program = scene.in_front.front_service.program
    known = (
        each.config_check
        for each in (scene.in_front, *CATALOGUE.values())
        if each.config_check and each.front_service.program == program
    )
    return needed(next(known, None), scene.in_front, "config_check")
