import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.support.doctor import machine, stacks
from features.support.doctor.examination import ALL_PLAY, NONE_PLAYS, SOME_PLAY, as_text, code
from features.support.doctor.finding import Finding, side_by_side
from features.support.gateways.catalogue import CATALOGUE
from features.support.stack import scratch
from features.support.stack.engine import why_no_engine
from tests.runs import ROOT
from tests.support.test_ports import held

__all__ = ["held"]
NOBODY = 4_194_304  # no process has an id beyond the kernel's bound


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DOCKER_HOST", "unix:///absent/docker.sock")
    why_no_engine.cache_clear()
    yield
    why_no_engine.cache_clear()


def gateways(*kinds: str, but: tuple[str, ...] = ()) -> list[Finding]:
    return [
        Finding("gateway", name, "missing" if name in but else "ok", "", "mend it", kind)
        for kind in kinds
        for name in CATALOGUE
    ]


def test_the_exit_code_tells_whether_all_some_or_no_gateways_can_be_played() -> None:
    some, all_ = gateways("local", but=("Envoy",)), gateways("docker")
    assert code([*some, *all_]) == ALL_PLAY
    assert code(some) == SOME_PLAY
    assert code([]) == NONE_PLAYS


def test_a_reason_is_told_once_with_its_command_below_it() -> None:
    found = gateways("local", "docker", but=("Envoy",))
    lines = as_text(found).splitlines()
    assert [line for line in lines if "Envoy (" in line] == ["  Envoy (local, docker): "]
    assert lines[-1].strip() == "mend it"


def test_a_stack_that_cannot_run_is_told_once_and_not_for_each_gateway() -> None:
    why = ("no engine", "start it")
    closed = [Finding("gateway", name, "missing", *why, "docker") for name in CATALOGUE]
    text = as_text([Finding("stack", "docker", "missing", *why, "docker"), *closed])
    assert text.count("start it") == 1


def test_a_question_without_an_answer_holds_nobody_up() -> None:
    never = threading.Event()
    began = time.monotonic()
    answers = side_by_side({"quick": lambda: True, "hung": lambda: never.wait(60)}, within=0.2)
    assert answers == {"quick": True}
    assert time.monotonic() - began < 5
    never.set()


def test_without_an_engine_the_command_that_mends_it_is_told(no_engine: None) -> None:
    stack, *others = stacks.docker()
    assert (stack.state, stack.mend.endswith("/.ci/engine")) == ("missing", True)
    assert "no Docker Engine answers" in stack.told
    assert {each.subject for each in others} == set(CATALOGUE)
    assert machine.buildx() == machine.base_image() == []


@pytest.mark.parametrize(
    ("variable", "gateway", "mend"),
    [
        ("HAPROXY", "HAProxy", "unset HAPROXY"),
        ("GOREPLAY", "HAProxy with GoReplay", "unset GOREPLAY && make tools"),
    ],
)
def test_a_named_program_that_is_absent_is_told_with_its_path(
    monkeypatch: pytest.MonkeyPatch, variable: str, gateway: str, mend: str
) -> None:
    monkeypatch.setenv(variable, "/nope")
    found = next(each for each in stacks.local() if each.subject == gateway)
    assert (found.state, found.mend) == ("missing", mend)
    assert f"{variable}=/nope" in found.told


def test_who_holds_a_port_for_use_by_hand_is_told(
    monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    monkeypatch.setenv("GATEWAY_PORT", str(held))
    found = next(each for each in machine.published() if each.subject == str(held))
    assert f"(process {os.getpid()})" in found.told
    assert found.mend.startswith("export GATEWAY_PORT=")


def test_what_dead_runs_have_left_is_told_and_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, no_engine: None
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / f"mirroring-spec-{NOBODY}-0a"
    left.mkdir()
    (tmp_path / f"mirroring-spec-{os.getpid()}-0b").mkdir()
    (found,) = machine.leftovers()
    assert found.mend == f"rm -r {left}"
    assert scratch.leftovers() == [left]


def test_with_a_broken_path_it_says_what_is_missing() -> None:
    command = [sys.executable, "-m", "features.support.doctor", "--json"]
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PATH": "/absent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert time.monotonic() - began < 10
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert done.returncode == told["code"] == SOME_PLAY
    found = {(each["stack"], each["subject"]): each for each in told["findings"]}
    assert found["local", "Envoy"]["state"] == "ok"  # a wheel has it
    assert found["docker", "docker"]["state"] == "missing"
    missing = [each for each in told["findings"] if each["state"] in ("missing", "note")]
    assert [each for each in missing if not each["mend"]] == []


def test_a_wrong_use_is_told_with_a_code_of_its_own() -> None:
    command = [sys.executable, "-m", "features.support.doctor", "--jsno"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--jsno" in done.stderr
