"""The recorder as people install it."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from mirror_recorder import __version__
from mirror_recorder.testing import PACKAGE


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command, which must succeed, and return what it printed."""
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_is_built_can_be_installed_in_an_empty_environment(tmp_path: Path) -> None:
    built = tmp_path / "built"
    run(sys.executable, "-m", "hatchling", "build", "-d", built, cwd=PACKAGE)
    wheel = built / f"mirror_recorder-{__version__}-py3-none-any.whl"
    assert sorted(built.iterdir()) == [wheel, built / f"mirror_recorder-{__version__}.tar.gz"]
    venv.create(tmp_path / "empty")
    empty = tmp_path / "empty" / "bin"
    pip = (sys.executable, "-m", "pip", "--quiet", "--python", empty / "python", "install")
    run(*pip, "--no-deps", "--no-index", wheel, cwd=tmp_path)
    # What it needs comes from this environment, not from afar.
    (site,) = (tmp_path / "empty").glob("lib/python*/site-packages")
    (site / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    said = run(empty / "recorder", "--version", cwd=tmp_path)
    assert said == f"recorder {__version__}\n"
    assert run(empty / "recorder-watch", "--version", cwd=tmp_path) == said
    (page,) = (tmp_path / "empty").glob("lib/python*/site-packages/mirror_recorder/watch/page.html")
    assert page.read_text().startswith("<!doctype html>")
