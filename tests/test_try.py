"""A gateway that somebody describes gets right verdicts, wherever it runs, and clear advice."""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from comparison import storage
from comparison.merge import merge
from features.support.stack.scratch import leftovers
from tests.conftest import compared
from tests.runs import ROOT, Run, behave, finish
from tests.stack.conftest import needs_engine

# What is promised of a proxy that mirrors every request, all of v2 and v3 as well, and what holds.
CLAIMED = {
    "method": "kept",
    "marker": "kept",
    "credentials": "kept",
    "small-bodies": "kept",
    "no-loop": "kept",
    "share": "broken although claimed",
    "chosen-shadow": "broken although claimed",
}
UNCLAIMED = {"client-address": "limit", "second-shadow": "could not be tried"}


def described(directory: Path, **more: Any) -> Path:
    """Write the description of that proxy, beside a copy of it."""
    shutil.copy2(ROOT / "tests" / "foreign_gateway.py", directory)
    said = {
        "name": "Their proxy",
        "started": {"command": [sys.executable, "foreign_gateway.py"], **more.pop("started", {})},
        **more,
    }
    file = directory / "their-proxy.yaml"
    file.write_text(yaml.safe_dump(said))
    return file


def tried(file: Path, promises: Mapping[str, str], directory: Path, *more: str) -> Run:
    """Play some promises for a described gateway; its report goes into the directory."""
    tags = " or ".join(f"@promise.{each}" for each in promises)
    return behave([*compared(directory), "-D", f"gateway={file}", "-t", tags, *more, "features/"])


def verdicts(directory: Path, played: Run) -> dict[str, str]:
    """Return the verdicts of a run's report by promise."""
    file = directory / "their-proxy.json"
    assert file.exists(), played.output
    report = json.loads(file.read_text())
    return {name: each["verdict"] for name, each in report["described"]["verdicts"].items()}


@pytest.mark.stack
def test_deliberate_faults_are_named_and_nothing_else(tmp_path: Path) -> None:
    file = described(tmp_path, version="1.2", claims=list(CLAIMED))
    played = tried(file, CLAIMED | UNCLAIMED, tmp_path)
    assert verdicts(tmp_path, played) == CLAIMED | UNCLAIMED, played.output
    assert played.code == 1
    assert len(played.failures) == 2
    assert "First look: a copy arrived at the shadow" in played.output
    assert "of 9 promises 5 kept, 1 limit, 1 could not be tried, 2 broken" in played.output
    assert leftovers() == []
    own = storage.load(tmp_path / "their-proxy.json")
    beside = merge([storage.load(ROOT / "docs" / "comparison.json"), own])
    assert "Their proxy (Their proxy 1.2)" in [each.key for each in beside.columns]
    assert "Their proxy" in (tmp_path / "comparison.html").read_text()


@pytest.mark.stack
def test_its_routes_may_have_other_names(tmp_path: Path) -> None:
    file = described(
        tmp_path,
        started={"environment": {"ROUTE": "/(shop|search|login)(?:[/?]|$)"}},
        routes={
            "mirrored": "/shop",
            "sampled": {"prefix": "/search", "share": 100 - 1e-9},
            "unmirrored": "/login",
        },
        claims=["method", "small-bodies", "target"],
    )
    played = tried(file, {"method": "", "small-bodies": "", "target": ""}, tmp_path)
    assert played.code == 0, played.output
    assert set(verdicts(tmp_path, played).values()) == {"kept"}


@pytest.mark.stack
def test_what_copies_nothing_is_told_at_once_with_advice(tmp_path: Path) -> None:
    file = described(tmp_path, started={"environment": {"SHADOW": "127.0.0.1:9"}})
    played = tried(file, {"method": "", "own-health": ""}, tmp_path)
    assert "no copy arrived in 5 s: the shadow at 127.0.0.1:" in played.output
    assert "got no connection: is the mirror pointed at it, and switched on?" in played.output
    assert verdicts(tmp_path, played) == {"method": "limit", "own-health": "kept"}, played.output
    assert played.code == 0, "nothing is claimed"
    assert played.seconds < 25


@pytest.mark.stack
def test_copies_that_nobody_can_tell_apart_are_told_with_advice(tmp_path: Path) -> None:
    file = described(tmp_path, started={"environment": {"NOT_COPIED": "x-request-id"}})
    played = tried(file, {"method": ""}, tmp_path)
    assert "its requests bear no id: let copies keep X-Request-Id" in played.output


@pytest.mark.stack
@pytest.mark.parametrize(
    ("started", "told"),
    [
        ({"command": "sh -c 'echo no such option >&2; exit 3'"}, "exit code 3"),
        ({"environment": {"PRIMARY": "127.0.0.1:9"}}, "serves nobody"),
        ({"configuration": "broken.cfg"}, "broken.cfg names ${UNKNOWN}, which is not set"),
    ],
)
def test_what_does_not_start_is_told_with_its_own_words(
    tmp_path: Path, started: Mapping[str, Any], told: str
) -> None:
    (tmp_path / "broken.cfg").write_text("listen ${UNKNOWN}\n")
    hasty = ("-D", "patience=0.2")
    played = tried(described(tmp_path, started=started), {"method": ""}, tmp_path, *hasty)
    assert played.code == 1
    assert told in played.output, played.output
    assert "Traceback" not in played.output
    assert played.outcomes == {}
    assert leftovers() == []


@pytest.mark.docker
@needs_engine
def test_it_may_come_in_an_image(tmp_path: Path) -> None:
    shutil.copy2(ROOT / "docker" / "haproxy" / "haproxy.cfg", tmp_path)
    started = {
        "image": "localhost/mirroring-spec/haproxy:trixie",
        "command": "haproxy -db -f ${CONFIGURATION}",
        "configuration": "haproxy.cfg",
    }
    wanted = {"own-health": "kept", "exactly-once": "broken although claimed"}
    file = described(tmp_path, started=started, claims=list(wanted))
    played = tried(file, wanted, tmp_path)
    assert verdicts(tmp_path, played) == wanted, played.output
    assert "localhost" not in finish("docker", "ps", "--format", "{{.Image}} {{.Command}}").stdout
