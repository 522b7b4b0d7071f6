"""README is true: its commands work, what it names exists, its tags are those of the features."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runs import ROOT
from tests.stack.conftest import needs_engine

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
BY_HAND = next(block for block in BLOCKS if "docker compose up" in block)
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in BLOCKS
    if block is not BY_HAND
    for line in block.splitlines()
]
# Too long to be run by a test of make test itself, or running it already.
ELSEWHERE = {
    "make spec": "CI runs both its stacks; a dry run of make is run here",
    "make spec-all": "make test runs it on both stacks",
    "make test": "CI runs it",
    "make comparison": "it publishes; tests/comparison publishes in a tree of its own",
    "make report": "needs npm; tried here where npm is",
    "behave features/": "make test runs it on both stacks",
}


def _run(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euc", command],
        cwd=ROOT,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.stack
@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ELSEWHERE])
def test_commands_work(command: str) -> None:
    done = _run(command)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE)))
)
def test_targets_exist(target: str) -> None:
    done = _run(f"make --dry-run {target}")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def clean_compose() -> Iterator[None]:
    yield
    _run("cd docker && docker compose down -v")


@pytest.mark.docker
@needs_engine
@pytest.mark.usefixtures("clean_compose")
def test_the_stack_can_be_used_by_hand() -> None:
    done = _run(BY_HAND)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count('"backend": "primary"') == 2  # curl, and python3 in the container
    assert "Statistics Report for HAProxy" in done.stdout
    assert "recorder primary: service on" in done.stdout  # the logs


@pytest.mark.docker
@needs_engine
@pytest.mark.usefixtures("clean_compose")
def test_ports_and_credentials_can_be_set_by_hand() -> None:
    command = re.search(r"`(GATEWAY_PORT=\S+ STATS_PORT=\S+ docker compose up -d --wait)`", README)
    assert command is not None
    done = _run(
        f"cd docker && export STATS_USER=me STATS_PASSWORD=secret && {command[1]} && "
        "curl -sS http://localhost:18004/api/v1 && "
        "curl -sS -o /dev/null -w ' %{http_code}' http://localhost:19999/stats && "
        "curl -sS -u me:secret -o /dev/null -w ' %{http_code}' http://localhost:19999/stats"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"backend": "primary"' in done.stdout
    assert done.stdout.endswith(" 401 200")


@pytest.mark.docker
@needs_engine
@pytest.mark.usefixtures("clean_compose")
def test_make_starts_and_removes_the_stack() -> None:
    up = _run("make stack-up")
    assert up.returncode == 0, up.stdout + up.stderr
    assert "http://localhost:10004/api/v1" in up.stdout
    assert _run("curl -sS --fail http://localhost:10004/api/v1").returncode == 0
    assert _run("make stack-down").returncode == 0
    assert _run("cd docker && docker compose ps --quiet").stdout == ""


def test_what_it_names_exists() -> None:
    named = set(re.findall(r"`((?:features|docker|tests)/[\w./-]*)`", README))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_its_tags_are_those_of_the_features() -> None:
    table = README[README.index("## Tags") : README.index("## Add a scenario")]
    explained = set(re.findall(r"`@([\w-]+)`", table))
    used = {
        tag
        for feature in (ROOT / "features").rglob("*.feature")
        for line in feature.read_text().splitlines()
        if line.lstrip().startswith("@")
        for tag in re.findall(r"@([\w-]+)(?=\s|$)", line)
    }
    assert used <= explained
    assert explained - used <= {"wip"}
