"""README is true: its commands work, what it names exists, its tags are those of the features."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from features.support.gateways.haproxy_family import PROGRAM
from features.support.stack.ports import free_port, is_free
from features.support.stack.programs import find
from features.support.waiting import eventually
from tests.runs import ROOT, finish
from tests.stack.conftest import needs_engine

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
CONTAINERS = [block for block in BLOCKS if "docker compose" in block]
TRIED = [block for block in BLOCKS if "make try" in block]
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in BLOCKS
    if block not in CONTAINERS + TRIED
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
    "behave -D stack=local -t smoke features/": "make test plays these scenarios",
    "pip install ./mirror-agent": "mirror-agent/tests installs it in an empty environment",
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The products' commands, as pip would install them, and HAProxy's."""
    directory = tmp_path_factory.mktemp("bin")
    for command, product in (("mirror-agent", "mirror-agent"), ("recorder", "recorder")):
        package = "mirror_agent" if command == "mirror-agent" else "mirror_recorder"
        script = directory / command
        script.write_text(
            f'#!/bin/sh\nPYTHONPATH="{ROOT / product}" exec "{sys.executable}" -m {package} "$@"\n'
        )
        script.chmod(0o755)
    haproxy = find(PROGRAM)
    assert haproxy is not None, "pip install -r requirements.txt brings one"
    (directory / "haproxy").symlink_to(haproxy)
    return directory


def _run(command: str, *more_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([*map(str, more_path), str(Path(sys.executable).parent)])
    path = f"{path}{os.pathsep}{os.environ['PATH']}"
    return finish("bash", "-euc", command, environment={"PATH": path, **environment})


def test_it_begins_with_the_question_the_table_and_the_first_command() -> None:
    first = README[: README.index("## ")]
    assert first.index("?") < first.index("| gateway |") < first.index("make spec")
    heads = re.findall(r"^\| gateway .*$", README, re.MULTILINE)
    assert all(line.count("|") <= 7 for line in heads), "six columns fit a phone"


@pytest.mark.stack
@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ELSEWHERE])
def test_commands_work(programs: Path, command: str) -> None:
    done = _run(command, programs)
    assert done.returncode == 0, done.stdout + done.stderr


def test_targets_exist() -> None:
    for target in sorted(set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))):
        done = _run(f"make --dry-run {target}")
        assert done.returncode == 0, f"make {target}: {done.stderr}"


@pytest.fixture
def clean_compose() -> Iterator[None]:
    yield
    _run("cd docker && docker compose --profile '*' down -v")


@pytest.mark.docker
@needs_engine
@pytest.mark.usefixtures("clean_compose")
@pytest.mark.parametrize("block", [b for b in CONTAINERS if "--profile" in b])
def test_a_copy_can_be_seen_to_arrive(block: str) -> None:
    done = _run(block)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count('"backend": "primary"') == 1
    assert re.search(r"shadow: POST /api/v1 route=\S+ id=\S+ length=5 sha256=2cf24", done.stdout)
    assert "_mirror_" in done.stdout  # the figures


@pytest.mark.docker
@needs_engine
@pytest.mark.usefixtures("clean_compose")
def test_the_stack_can_be_used_by_hand() -> None:
    (block,) = [b for b in CONTAINERS if "--profile" not in b]
    done = _run(block)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count('"backend": "primary"') == 1
    assert "Statistics Report for HAProxy" in done.stdout
    assert "<h1>Originals and copies</h1>" in done.stdout
    assert "primary: GET /api/v1" in done.stdout  # the logs
    assert "shadow: GET" not in done.stdout


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


@pytest.fixture
def descriptions() -> Iterator[None]:
    yield
    for block in TRIED:
        for name in re.findall(r"cat > (\S+)", block):
            (ROOT / name).unlink(missing_ok=True)


@pytest.mark.stack
@pytest.mark.usefixtures("descriptions")
def test_a_gateway_that_a_run_starts_can_be_tried(programs: Path) -> None:
    done = _run(TRIED[0], programs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "My gateway: of 2 promises 2 kept" in done.stdout


@pytest.mark.stack
@pytest.mark.usefixtures("descriptions")
def test_a_gateway_that_runs_elsewhere_can_be_tried(programs: Path) -> None:
    """As README says it, but on ports that are free here, and with somebody else's gateway."""
    first, gateway = _free_ports(4), str(free_port())
    text = TRIED[1].replace("make recorders &", "").replace("10004", gateway)
    text = re.sub(r"1808(\d)", lambda found: str(first + int(found[1])), text)
    own = {
        "PRIMARY": f"127.0.0.1:{first}",
        "SHADOW": f"127.0.0.1:{first + 2}",
        "GATEWAY_BIND": f"127.0.0.1:{gateway}",
        "MIRROR_MARKER": "ours",
    }
    commands = (
        ["make", "recorders", f"PORT={first}"],
        [sys.executable, "tests/foreign_gateway.py"],
    )
    with ExitStack() as running:
        for command in commands:
            process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **own}, start_new_session=True
            )
            running.callback(process.wait)
            running.callback(os.killpg, process.pid, signal.SIGTERM)
        url = f"http://127.0.0.1:{gateway}/api/v1"
        eventually(lambda: _run(f"curl -sf {url}").returncode, lambda code: code == 0, within=30)
        done = _run(text, programs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Our gateway: of 2 promises 2 kept" in done.stdout


def _free_ports(count: int) -> int:
    """Return the first of so many free ports in a row."""
    while True:
        first = free_port()
        if all(is_free(first + n) for n in range(count)):
            return first


def test_what_it_names_exists() -> None:
    pattern = r"`((?:features|docker|tests|mirror-agent|mirror-lua|recorder)/[\w./-]*)`"
    named = set(re.findall(pattern, README)) | {
        link.partition("#")[0] for link in re.findall(r"\]\(([\w./-]+(?:#\w+)?)\)", README)
    }
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_its_tags_are_those_of_the_features() -> None:
    table = README[README.index("### Tags") : README.index("## Troubleshooting")]
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
