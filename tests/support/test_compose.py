"""Whose project it is; nothing here needs an engine (tests/stack does)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from features.support.errors import StackError
from features.support.stack.compose import Compose, is_dead, owner


def owner_of_another_process(command: str) -> "subprocess.Popen[str]":
    code = (
        f"from features.support.stack.compose import owner; print(owner(), flush=True); {command}"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def docker_that(script: str, directory: Path) -> None:
    program = directory / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_this_run_lives() -> None:
    assert not is_dead(owner())


def test_another_run_is_dead_once_it_has_ended() -> None:
    with owner_of_another_process("input()") as other:
        assert other.stdout
        name = other.stdout.readline().strip()
        assert name != owner()
        assert not is_dead(name)
        other.communicate("\n")
    assert is_dead(name)


def test_a_process_that_got_the_number_of_a_dead_run_is_not_that_run() -> None:
    host, _, _ = owner().rpartition("/")
    assert is_dead(f"{host}/1")


@pytest.mark.parametrize("name", ["elsewhere/1/1", "", "x", f"{os.uname().nodename}/abc/1"])
def test_what_another_machine_or_nobody_started_is_left_alone(name: str) -> None:
    assert not is_dead(name)


def test_without_docker_it_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/absent")
    with pytest.raises(StackError, match=r"^there is no docker command on PATH$"):
        Compose().run("version")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo first >&2; echo 'Error: no such image' >&2; echo last >&2; exit 1", "no such image"),
        ("echo 'container x is unhealthy' >&2; exit 1", "container x is unhealthy"),
        ("echo only >&2; exit 17", "only"),
        ("exit 1", "no reason given"),
    ],
)
def test_the_telling_line_of_a_failure_is_kept(
    script: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker_that(script, tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    with pytest.raises(StackError) as told:
        Compose().run("up")
    assert str(told.value).startswith("docker compose up: ")
    assert str(told.value).endswith(message)


def test_a_command_that_does_not_end_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker_that("exec tail -f /dev/null", tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(StackError, match=r"^docker compose up was not done within 0 s$"):
        Compose().run("up", within=0.3)
