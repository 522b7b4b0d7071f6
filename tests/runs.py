"""Runs of the whole specification, as its users start them, and what came out of them."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

_HARMLESS = ("passed", "skipped", "untested")
_MORE = " " * 6  # before what a reason has beyond its first line
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Run:
    """One run: exit code, seconds, all it printed, and each scenario's outcome by feature."""

    code: int
    seconds: float
    output: str
    outcomes: Mapping[str, Mapping[str, str]]

    @property
    def failures(self) -> list[str]:
        """Name every scenario that neither passed nor was left out."""
        return [
            f"{feature}: {scenario} ({status})"
            for feature, scenarios in self.outcomes.items()
            for scenario, status in scenarios.items()
            if status not in _HARMLESS
        ]

    @property
    def reasons(self) -> list[str]:
        """Return what the run said in the end of each scenario that failed, each in one line."""
        _, _, told = self.output.partition("Why they failed:\n")
        lines = takewhile(lambda line: line.startswith("  "), told.splitlines())
        found: list[str] = []
        for line in lines:
            if line.startswith(_MORE):
                found[-1] += f" {line.strip()}"
            else:
                found.append(line.strip())
        return found

    @property
    def trouble(self) -> list[str]:
        """Return why it failed; of a run that does not say, the end of what it printed."""
        return self.reasons or [self.output[-2000:]]

    @property
    def passed(self) -> int:
        """Count the scenarios that passed."""
        return sum(self.count(feature)["passed"] for feature in self.outcomes)

    @property
    def played(self) -> set[str]:
        """Return "feature: scenario title" of every scenario, short, for patterns."""
        return self._titles(lambda _: True)

    @property
    def failed(self) -> set[str]:
        """Return the same of those that neither passed nor were left out."""
        return self._titles(lambda status: status not in _HARMLESS)

    def _titles(self, wanted: Callable[[str], bool]) -> set[str]:
        return {
            f"{Path(file).stem}: {title.rpartition(' [')[0]}"
            for file, scenarios in self.outcomes.items()
            for title, status in scenarios.items()
            if wanted(status)
        }

    @property
    def aborted(self) -> bool:
        """Tell whether the run ended before all scenarios were played."""
        return "ABORTED" in self.output

    def count(self, feature: str) -> Counter[str]:
        """Count the outcomes of a feature."""
        return Counter(self.outcomes.get(feature, {}).values())


def behave(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None, tree: Path = ROOT
) -> Run:
    """Run behave from the root of a tree and read its own JSON report."""
    with TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        started = time.monotonic()
        command = [sys.executable, "-m", "behave", "-f", "json", "-o", str(report), *arguments]
        done = finish(*command, where=tree, environment=environment)
        seconds = time.monotonic() - started
        outcomes = _outcomes(report) if report.exists() else {}
    return Run(done.returncode, seconds, done.stdout + done.stderr, outcomes)


def finish(
    *command: str | Path,
    where: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    bare: bool = False,
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end and keep what it prints; bare: it gets no other environment."""
    return subprocess.run(
        [*command],
        cwd=where,
        env={**({} if bare else os.environ), **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _outcomes(report: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for feature in json.loads(report.read_text() or "[]"):
        file = feature["location"].rpartition(":")[0]
        for element in feature.get("elements", []):
            if element["type"] != "background":
                title = f"{element['name']} [{element['location'].rpartition(':')[2]}]"
                found.setdefault(file, {})[title] = element.get("status", "untested")
    return found
