"""The agent as a product: what is built can be installed, and its README is true."""

import subprocess
import sys
import sysconfig
import venv
from collections.abc import Sequence
from pathlib import Path

import pytest
from mirror_agent import __version__

from .agent_process import PACKAGE
from .readme import README, written


def run(command: Sequence[object], cwd: Path) -> "subprocess.CompletedProcess[str]":
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-d", directory]
    outcome = run(command, PACKAGE)
    assert outcome.returncode == 0, outcome.stderr
    return directory


@pytest.fixture(scope="module")
def environment(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with the wheel; what it needs comes from this one, not from afar."""
    directory = tmp_path_factory.mktemp("environment")
    venv.create(directory, with_pip=True)
    (wheel,) = built.glob("*.whl")
    pip = [directory / "bin" / "pip", "--disable-pip-version-check"]
    outcome = run([*pip, "install", "-q", "--no-deps", "--no-index", wheel], directory)
    assert outcome.returncode == 0, outcome.stderr
    (site,) = directory.glob("lib/python*/site-packages")
    (site / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return directory


def test_wheel_and_source_have_one_version_and_all_files(built: Path) -> None:
    names = sorted(path.name for path in built.iterdir())
    wheel = f"mirror_agent-{__version__}-py3-none-any.whl"
    assert names == [wheel, f"mirror_agent-{__version__}.tar.gz"]


def test_what_is_installed_runs(environment: Path, tmp_path: Path) -> None:
    command = environment / "bin" / "mirror-agent"
    outcome = run([command, "--version"], tmp_path)
    assert (outcome.returncode, outcome.stdout) == (0, f"mirror-agent {__version__}\n")
    good = run([command, "--check", PACKAGE / "reference" / "mirror-agent.yaml"], tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    bad = tmp_path / "bad.yaml"
    bad.write_text("inputs:\n  spoe: {listn: 1}\n")
    wrong = run([command, "--check", bad], tmp_path)
    assert wrong.returncode == 1
    assert "bad.yaml:2: inputs.spoe.listn: unknown key (did you mean 'listen'?)" in wrong.stderr


def test_what_it_needs_is_in_the_ranges_that_it_declares(environment: Path) -> None:
    code = (
        "import importlib.metadata as m\n"
        "from pip._vendor.packaging.requirements import Requirement as R\n"
        "needs = [R(text) for text in m.requires('mirror-agent')]\n"
        "assert len(needs) == 2\n"
        "print([str(n) for n in needs if m.version(n.name) not in n.specifier])\n"
    )
    outcome = run([environment / "bin" / "python", "-c", code], environment)
    assert (outcome.stdout, outcome.stderr) == ("[]\n", "")


def test_the_tables_of_the_readme_are_those_of_the_code() -> None:
    text = README.read_text()
    assert text == written(text), "cd mirror-agent && python -m tests.readme"
