"""Each Compose file keeps its services small, apart, and without secrets that others know."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from features.support.paths import DOCKER, ROOT
from tests.runs import finish

FILE, RECORDERS = DOCKER / "docker-compose.yml", DOCKER / "recorders" / "compose.yaml"
PRIVILEGED = {"goreplay"}  # captures packets
GIVEN = {"apisix"}  # an image of its makers', which says itself whose it is
DRAIN = {"mirror-agent-spoe": 7, "mirror-agent-ring": 7}  # seconds

pytestmark = pytest.mark.skipif(not shutil.which("docker"), reason="needs docker compose")


@pytest.fixture(scope="module", params=[FILE, RECORDERS], ids=lambda file: file.name)
def services(request: pytest.FixtureRequest) -> dict[str, Any]:
    return composed(request.param)


def composed(file: Path) -> dict[str, Any]:
    """What Compose makes of a file when nobody has set anything."""
    bare = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME")}
    command = ["docker", "compose", "-f", str(file), "--profile", "*", "config", "--format", "json"]
    done = finish(*command, bare=True, environment=bare)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout)["services"])


def user(service: dict[str, Any]) -> str:
    """Who runs it: as the file says, or its image."""
    if "user" in service:
        return str(service["user"])
    context = service["build"]["context"] if "build" in service else str(ROOT / "recorder")
    named = re.findall(r"^USER (\S+)", (ROOT / context / "Dockerfile").read_text(), re.M)
    return str(named[-1]) if named else "root"


def test_nothing_is_privileged(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service.get("cap_add", []) == (["NET_RAW"] if name in PRIVILEGED else []), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert name in PRIVILEGED | GIVEN or user(service) not in ("root", "0"), name


def test_everything_is_on_loopback_only(services: dict[str, Any]) -> None:
    published = [(n, port) for n, each in services.items() for port in each.get("ports", ())]
    assert [n for n, port in published if port.get("host_ip") != "127.0.0.1"] == []


def test_everything_is_bounded_and_comes_back(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert int(service["mem_limit"]) <= 1 << 30, name
        assert int(service["pids_limit"]) <= 512, name
        assert service["restart"] == "unless-stopped", name


def test_tools_have_the_time_that_they_need_to_end() -> None:
    services = composed(FILE)
    for name, seconds in DRAIN.items():
        grace = re.fullmatch(r"(\d+)s", services[name]["stop_grace_period"])
        assert grace, name
        assert int(grace[1]) > seconds, name


def test_no_secret_has_a_default_that_everybody_knows(services: dict[str, Any]) -> None:
    """Where none is set, a service makes one by chance, or shares one that was made so."""
    for name, service in services.items():
        environment = service.get("environment", {})
        secrets = [k for k in environment if re.search("MARKER$|PASSWORD|TOKEN", k)]
        assert not [k for k in secrets if environment[k]], name
        if "MIRROR_MARKER" in secrets:
            started = " ".join([*(service.get("entrypoint") or ()), *(service["command"] or ())])
            assert re.search("marker.sh|render.sh", started) or name == "haproxy-lua", name


@pytest.mark.parametrize("given", ["", "ours"])
def test_two_containers_get_one_marker(tmp_path: Path, given: str) -> None:
    file = tmp_path / "marker"
    environment = {"PATH": "/usr/bin:/bin", "MARKER_FILE": str(file), "MIRROR_MARKER": given}
    command = ["sh", str(DOCKER / "marker.sh"), "sh", "-c", 'echo "$MIRROR_MARKER"']
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = {each.communicate()[0].strip() for each in running}
    assert len(told) == 1
    assert told == {given} if given else len(told.pop()) == 32
    assert [each.name for each in tmp_path.iterdir()] == ([] if given else ["marker"])


def test_a_place_that_cannot_be_written_is_told() -> None:
    done = finish("sh", DOCKER / "marker.sh", "true", environment={"MARKER_FILE": "/absent/marker"})
    assert done.returncode == 1
    assert "marker: cannot write /absent/marker: set MIRROR_MARKER" in done.stderr
