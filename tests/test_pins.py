"""What comes from elsewhere is pinned: packages by hash, images and actions by version."""

import re
from pathlib import Path

import pytest

from tests.runs import ROOT

REQUIREMENTS = ("requirements", "bench/requirements", "requirements-dev", ".ci/requirements")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.M)
# Debian's releases are known by name; the images of others, and this project's own, by version.
IMAGE = re.compile(r"debian:(\$\{DEBIAN_RELEASE\}|trixie)-slim|wheel|build|[\w/-]+:\d+\.\d+.*")


def pinned(text: str) -> set[tuple[str, str]]:
    """Names, as they are compared, with versions."""
    return {(re.sub("[-_.]+", "-", name).lower(), version) for name, version in PIN.findall(text)}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_each_package_is_pinned_by_its_hashes(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text()
    lines = [line for line in re.sub(r"\\\n", "", text).splitlines() if line and line[0] != "#"]
    unpinned = [line[:60] for line in lines if not re.match(r"[^ ]+==[^ ]+ .*--hash=sha256:", line)]
    assert not unpinned, f"{name}.txt: without version or hash: {unpinned[:3]}; make requirements"
    missing = pinned((ROOT / f"{name}.in").read_text()) - pinned(text)
    assert not missing, f"{name}.txt lacks {sorted(missing)[:3]} of {name}.in: make requirements"


def test_images_are_named_with_a_release_or_a_version() -> None:
    files = [path for path in ROOT.glob("*/**/Dockerfile") if ".venv" not in path.parts]
    assert len(files) >= 6
    images = [
        (p.parent.name, i) for p in files for i in re.findall(r"^FROM (\S+)", p.read_text(), re.M)
    ]
    composed = (ROOT / "docker" / "docker-compose.yml").read_text()
    images += [
        ("compose", i) for i in re.findall(r"image: (?:\$\{\w+:-)?([\w/-]+:\w[^}\s]*)", composed)
    ]
    assert [each for each in images if not IMAGE.fullmatch(each[1])] == []


@pytest.mark.parametrize("workflow", sorted((ROOT / ".github" / "workflows").glob("*.yml")))
def test_actions_are_named_with_a_whole_version(workflow: Path) -> None:
    used = re.findall(r"uses: (\S+)", workflow.read_text())
    assert [each for each in used if not re.fullmatch(r"\S+@v\d+\.\d+\.\d+", each)] == []
