"""Versions of GAL, the installed one or a checkout, and what each generates from the policy."""

import importlib.metadata
import sys
from dataclasses import dataclass
from pathlib import Path

from features.support.policy.load import REFERENCE
from tests.runs import finish

PACKAGE = "gal-gateway"


class GenerationError(Exception):
    """A version of GAL that generates nothing, and what it said."""


@dataclass(frozen=True)
class GalVersion:
    """A version of GAL by its number or its commit; `source` is a checkout, None where installed.

    `base` is the number that a checkout carries as well.
    """

    name: str
    source: Path | None = None
    base: str = ""

    @property
    def told(self) -> str:
        """Return the version in words for a page."""
        if self.source is None:
            return f"GAL {self.name} ({PACKAGE} of PyPI)"
        return f"GAL {self.name} (GAL_SOURCE: a checkout that calls itself {self.base})"


@dataclass(frozen=True)
class Generated:
    """A configuration as GAL generated it, and what GAL logged meanwhile."""

    text: str
    said: tuple[str, ...]


def installed() -> GalVersion:
    """Return the version in this environment; raises GenerationError when there is none."""
    try:
        return GalVersion(importlib.metadata.version(PACKAGE))
    except importlib.metadata.PackageNotFoundError:
        raise GenerationError(f"{PACKAGE} is not installed: make .venv/dev") from None


def checkout(source: Path) -> GalVersion:
    """Return the version of a checkout, named by its commit; raises GenerationError."""
    if not (source / "gal" / "config.py").is_file():
        raise GenerationError(f"{source} is no checkout of x-gal: it has no gal/config.py")
    commit = finish("git", "-C", source, "rev-parse", "--short=7", "HEAD").stdout.strip()
    numbered = source / "VERSION"
    base = numbered.read_text().strip() if numbered.is_file() else "unknown"
    return GalVersion(commit or base, source.resolve(), base)


def generate(version: GalVersion, provider: str, policy: Path = REFERENCE) -> Generated:
    """Let a provider of GAL generate a configuration; raises GenerationError with GAL's words."""
    command = (sys.executable, "-m", "tests.generators.generate", provider, policy)
    path = {"PYTHONPATH": str(version.source)} if version.source else {}
    done = finish(*command, environment=path)
    lines = tuple(line for line in done.stderr.splitlines() if line.strip())
    if done.returncode:
        last = lines[-1] if lines else f"exit code {done.returncode}"
        raise GenerationError(f"GAL {version.name}, {provider}: {last}")
    return Generated(done.stdout, tuple(dict.fromkeys(lines)))
