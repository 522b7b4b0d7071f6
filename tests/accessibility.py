"""axe-core, which looks for faults that keep people with disabilities from using a page."""

import functools
import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from selenium.webdriver import Chrome

_PACKAGE = "axe-core@4.14.1"
_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
_MEMBER = "package/axe.min.js"
_WITHIN = 60  # seconds
_GRAVE = ("serious", "critical")
_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ["violations"] }).then(
  (found) => done(found.violations.map(
    (each) => [each.impact, each.id, each.nodes.map((node) => node.html.slice(0, 120))])),
  (reason) => done([["critical", String(reason), []]]));
"""


def grave_faults(driver: Chrome) -> list[str]:
    """Return what axe-core calls serious or critical on the page that is open, a line each.

    The test is skipped where npm cannot get axe-core.
    """
    driver.execute_script(_source())
    driver.set_script_timeout(_WITHIN)
    found = driver.execute_async_script(_RUN)
    return [f"{name}: {'; '.join(nodes[:3])}" for impact, name, nodes in found if impact in _GRAVE]


def _source() -> str:
    source, why_not = _fetched()
    if not source:
        pytest.skip(why_not)
    return source


@functools.cache
def _fetched() -> tuple[str, str]:
    """Return axe-core's code, and why there is none."""
    if not shutil.which("npm"):
        return "", "axe-core comes with npm, and there is none"
    with TemporaryDirectory() as scratch:
        command = ["npm", "pack", "--silent", "--pack-destination", scratch, _PACKAGE]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_WITHIN, check=False)
        except subprocess.TimeoutExpired:
            return "", f"npm had no {_PACKAGE} within {_WITHIN} s"
        if done.returncode:
            return "", f"npm cannot get {_PACKAGE}"
        (archive,) = Path(scratch).glob("*.tgz")
        with tarfile.open(archive) as files:
            member = files.extractfile(_MEMBER)
            assert member is not None
            code = member.read()
    assert hashlib.sha256(code).hexdigest() == _SHA256, f"{_PACKAGE} is not the one that was pinned"
    return code.decode(), ""
