"""Runs of behave whose results a test looks at, and trees that it may break."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.runs import ROOT, Run, behave

# How long one example takes depends on what else this machine does.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# The directories that a run needs.
PARTS = (
    *("features", "comparison", "docker"),
    *("recorder", "mirror-agent", "mirror-lua", "goreplay-middleware"),
)


@dataclass(frozen=True)
class Reported:
    """A run, and what it left for Allure."""

    run: Run
    results: Path

    @property
    def scenarios(self) -> list[dict[str, Any]]:
        return [json.loads(file.read_text()) for file in self.results.glob("*-result.json")]

    def attached(self) -> dict[str, str]:
        """What the only scenario holds, by title."""
        (scenario,) = self.scenarios
        return {
            each["name"]: (self.results / each["source"]).read_text()
            for each in scenario.get("attachments", [])
        }


Play = Callable[..., Reported]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the specification that a test may break."""
    copy = tmp_path / "tree"
    ignored = shutil.ignore_patterns("__pycache__")
    for name in PARTS:
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for name in ("environment.py", "behave.ini", "allurerc.json"):
        shutil.copy2(ROOT / name, copy / name)
    return copy


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def run(*arguments: str, tree: Path = ROOT) -> Reported:
        results = tmp_path / "results"
        outputs = ["-f", "allure", "-o", str(results), *compared(tmp_path), "-D", "stack=local"]
        return Reported(behave([*outputs, *arguments], tree=tree), results)

    return run


def compared(where: Path) -> list[str]:
    """Options that leave the comparison of the last run as it is."""
    return ["-f", "comparison", "-o", str(where / "comparison.json")]
