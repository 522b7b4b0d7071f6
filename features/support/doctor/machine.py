"""What of this machine is not a gateway: tools, ports for use by hand, what dead runs have left."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence

from features.support.doctor.finding import Finding, as_root
from features.support.doctor.stacks import ENGINE
from features.support.errors import StackError
from features.support.paths import DOCKER, ROOT
from features.support.stack import compose, ports, scratch
from features.support.stack.engine import Engine, why_no_engine

_WITHIN = 5.0  # seconds for one command
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PUBLISHED = re.compile(r"127\.0\.0\.1:\$\{(\w+)-(\d+)\}")
_NODE = 20  # the oldest that Allure's report is made with


def buildx() -> list[Finding]:
    """Say whether images can be built."""
    if why_no_engine():
        return []
    told = _output("docker", "buildx", "version")
    if told is None:
        reason = "the docker command has no buildx, without which no image is built"
        return [Finding("tool", "buildx", "missing", reason, as_root(ENGINE))]
    return [Finding("tool", "buildx", "ok", told.split()[1])]


def base_image() -> list[Finding]:
    """Say whether the image is here that all of ours are built from."""
    if why_no_engine():
        return []
    release = os.environ.get("DEBIAN_RELEASE") or "trixie"
    image = f"debian:{release}-slim"
    if Engine().has(image):
        return [Finding("tool", "base image", "ok", image)]
    mend = f"{DOCKER / 'base-image.sh'} {release}"
    return [Finding("tool", "base image", "missing", f"{image} is not here", mend)]


def browser() -> list[Finding]:
    """Say whether the pages can be tested."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found and shutil.which("chromedriver"):
        return [Finding("tool", "browser", "ok", found)]
    reason = "no Chromium with its driver, which only tests of pages need"
    return [Finding("tool", "browser", "note", reason, as_root(ROOT / ".ci" / "browser"))]


def npm() -> list[Finding]:
    """Say whether `make report` can be used."""
    told = _output("node", "--version")
    new = re.match(r"v(\d+)\.", told or "")
    if shutil.which("npm") and new and int(new[1]) >= _NODE:
        return [Finding("tool", "npm", "ok", f"Node.js {told}")]
    reason = f"no npm with Node.js {_NODE} or newer, which only make report needs"
    return [Finding("tool", "npm", "note", reason, as_root("apt-get install npm"))]


def published() -> list[Finding]:
    """Say who holds a port that is for use by hand."""
    wanted = _wanted()
    held = [port for port in wanted if not ports.is_free(port)]
    found = [_held(wanted[port], port) for port in held]
    free = len(wanted) - len(held)
    return [Finding("port", "for use by hand", "ok", f"{free} of {len(wanted)} are free"), *found]


def leftovers() -> list[Finding]:
    """Say what runs that were killed have left; the next run removes it, too."""
    found = []
    if directories := scratch.leftovers():
        reason = f"directories of dead runs: {len(directories)}"
        found.append(_left(reason, ["rm", "-r", *map(str, directories)]))
    try:
        projects = sorted(Engine().dead_projects()) if not why_no_engine() else []
    except StackError:
        projects = []
    commands = [["docker", "compose", "-p", each, "down", "-v"] for each in projects]
    return found + [_left(f"containers of a dead run: {each[3]}", each) for each in commands]


def _left(reason: str, command: Sequence[str]) -> Finding:
    return Finding("leftover", "dead run", "note", reason, shlex.join(command))


def _wanted() -> dict[int, str]:
    """Return, by port, the variables that set another one."""
    found = _PUBLISHED.findall(compose.FILE.read_text())
    asked = {name: os.environ.get(name) or usual for name, usual in found}
    return {int(port): name for name, port in asked.items() if port.isdecimal()}


def _held(variable: str, port: int) -> Finding:
    holder = ports.describe_owner(port)
    mend = f"export {variable}={_another(port)}"
    return Finding("port", str(port), "note", f"it is held by {holder}", mend)


def _another(port: int) -> int:
    """Return a port that is free, near one that is not."""
    near = (port + 8000 + more for more in range(1000))
    return next(each for each in near if ports.is_free(each))


def _output(*command: str) -> str | None:
    """Return what a command prints, None when there is none or it fails."""
    try:
        asked = subprocess.run(
            command, capture_output=True, text=True, timeout=_WITHIN, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None
