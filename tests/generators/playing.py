"""Playing one generated configuration: its description, a run of behave, and what that says."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from comparison import age
from features.reporting.try_report import slug
from features.support.stack.programs import why_missing
from tests.generators.judged import Judged, of_report
from tests.generators.providers import Provider
from tests.generators.replacements import addresses_of, relocated, with_variables
from tests.generators.versions import GalVersion, Generated, generate
from tests.runs import Run, behave

# Promises that need no more than a gateway that starts, and that tell generators apart.
PROMISES = (
    *("routes", "unknown-paths", "methods", "primary-bodies", "primary-targets", "primary-headers"),
    *("exactly-once", "share", "unmirrored-route", "refused-requests", "primary-answers"),
    *("method", "target", "headers", "small-bodies", "large-bodies", "chunked-bodies"),
    *("marker", "credentials", "forged-marker", "no-loop", "client-address", "nothing-added"),
    *("shadow-late", "shadow-silent", "shadow-refusing", "cut-upload", "no-retry"),
    *("websocket", "event-stream"),
)
_LOUD = re.compile(r"\[ALERT\]|\[emerg\]|\[critical\]|\bERR\b|\berror\b", re.IGNORECASE)
_EMPTY = re.compile(r"Error\(s\) found in configuration file|Fatal errors found in configuration")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ENDED = "ended at once"
_SCRATCH = re.compile(r"[^\s'\"\[]*/gateway\.scratch/")
_PROCESS = re.compile(r" *\(\d+\) : | \d+#\d+: (?:\*\d+ )?|(?<=\])\[\d+\]")
_MOMENT = re.compile(r"\[?\d{4}[-/]\d\d[-/]\d\d[ T][\d:.]+Z?\]?|,? near +\d+:\d+ \(offset +\d+\)")
_LOOKED = "First look: "


class PlayingError(Exception):
    """A run of behave that neither judged a gateway nor said why it could not."""


@dataclass(frozen=True)
class Trial:
    """A provider of a version of GAL; relocated: freed of what it asks of the machine."""

    provider: Provider
    version: GalVersion
    relocated: bool = False

    @property
    def name(self) -> str:
        """Return the gateway's name."""
        told = " relocated" if self.relocated else ""
        return f"{self.provider.name}{told} (GAL {self.version.name})"

    @property
    def slug(self) -> str:
        """Return the name of its file."""
        return slug(self.name)

    def configuration(self, generated: Generated) -> str:
        """Return what is started: the generated text with nothing but addresses exchanged."""
        text = with_variables(generated.text, addresses_of())
        return relocated(text, self.provider.surroundings) if self.relocated else text


def judge(trial: Trial, promises: Sequence[str] = PROMISES) -> Judged:
    """Generate, start and judge; raises GenerationError, PlayingError."""
    provider = trial.provider
    generated = generate(trial.version, provider.generator)
    blank = Judged(
        name=trial.name,
        provider=provider.name,
        gal=trial.version.name,
        gal_told=trial.version.told,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        commit=age.commit(),
        released=trial.version.source is None,
        relocated=trial.relocated,
        gal_said=generated.said,
    )
    if provider.not_run:
        return replace(blank, not_run=provider.not_run)
    binary = provider.binary()
    if binary is None:
        return replace(blank, not_run=why_missing(provider.program))
    known = replace(blank, program=provider.version(binary))
    with TemporaryDirectory() as scratch:
        described = describe(trial, generated, binary, known.program, Path(scratch))
        return _of_run(known, *_play(described, promises, Path(scratch) / "reports"))


def describe(
    trial: Trial, generated: Generated, binary: Path, program: str, directory: Path
) -> Path:
    """Write a configuration and its description into a directory; returns the latter's file."""
    (directory / trial.provider.file).write_text(trial.configuration(generated))
    command = [word.replace("{program}", str(binary)) for word in trial.provider.command]
    said = {
        "name": trial.name,
        "version": program,
        "started": {"command": command, "configuration": trial.provider.file},
    }
    file = directory / "gateway.yaml"
    file.write_text(yaml.safe_dump(said, sort_keys=False))
    return file


def _play(described: Path, promises: Sequence[str], reports: Path) -> tuple[Run, Path]:
    """Run behave; what it writes goes into `reports`, and leaves the user's last run as it is."""
    outputs = ["-f", "allure", "-o", str(reports / "allure-results")]
    outputs += ["-f", "comparison", "-o", str(reports / "comparison.json")]
    tags = " or ".join(f"@promise.{each}" for each in promises)
    return behave([*outputs, "-D", f"gateway={described}", "-t", tags, "features/"]), reports


def _of_run(known: Judged, run: Run, reports: Path) -> Judged:
    lines = run.output.splitlines()
    looked = [line.removeprefix(_LOOKED) for line in lines if line.startswith(_LOOKED)]
    report = reports / f"{slug(known.name)}.json"
    if report.exists():
        verdicts = of_report(json.loads(report.read_text(encoding="utf-8")))
        return replace(known, first_look=looked, verdicts=verdicts)
    if refused := message(run.output):
        started = _ENDED not in run.output
        return replace(known, first_look=looked, refused=refused, started=started)
    raise PlayingError(f"{known.name}: behave ended with {run.code}: {run.output.strip()[-300:]}")


def message(output: str) -> list[str]:
    """Return why a run played nothing: the program's errors, or else what the run says.

    What is new in each run is left out: moments, process ids and directories. Empty where the run
    says nothing.
    """
    _, found, told = _COLOUR.sub("", output).partition("error: ")
    first, *log = told.splitlines() if found else [""]
    loud = [line for line in log if _LOUD.search(line) and not _EMPTY.search(line)]
    return [clean for line in loud or log or [first] if (clean := _plain(line))]


def _plain(line: str) -> str:
    for changing in (_PROCESS, _MOMENT):
        line = changing.sub(" ", line)
    return " ".join(_SCRATCH.sub("", line).split())
