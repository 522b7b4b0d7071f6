"""The start script, with the real GoReplay: what dies is started again, and health is true."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import psutil
import pytest
from mirror_recorder.testing import eventually, request

from .replay import ENVIRONMENT, START_SCRIPT, WITHIN, Replay, plain

needs_capture = pytest.mark.usefixtures("can_capture")


def start(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [START_SCRIPT, *arguments],
        env=os.environ | ENVIRONMENT | variables,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.stack
@pytest.mark.parametrize("killed", ["gor_middleware", "--input-raw"])
def test_what_dies_is_started_again_and_counted(replay: Replay, killed: str) -> None:
    replay.assert_copies_flow()
    (process,) = [pid for pid in replay.processes(killed) if "sh" not in psutil.Process(pid).name()]
    os.kill(process, signal.SIGKILL)
    eventually(lambda: replay.figure("restarts"), lambda n: n == 1, WITHIN)
    replay.assert_copies_flow()
    assert ", start 2\n" in replay.log


@pytest.mark.stack
def test_no_length_ends_it(replay: Replay) -> None:
    zeros = b"Content-Length: " + b"0" * 5000 + b"5\r\n\r\nabcde"
    for head in (
        b"POST /api/v1 HTTP/1.1\r\nX-Route: v1\r\n",
        b"POST / HTTP/1.1\r\nX-Route: v3\r\n",
    ):
        replay.primary.ask(head + zeros)
    replay.assert_copies_flow()
    assert replay.figure("restarts") == 0


@pytest.mark.stack
def test_no_credentials_reach_the_shadow_in_trailers(replay: Replay) -> None:
    names = ["Authorization", "Cookie", "Proxy-Authorization", "X-Sum"]
    end = b"".join(b"%s: se\xe7ret\r\n" % name.encode() for name in names[:3])

    def with_trailers(identity: str) -> bytes:
        named = ", ".join(names)
        head = request(
            "POST",
            "/api/v1",
            X_Route="v1",
            X_Request_Id=identity,
            Transfer_Encoding="chunked",
            Trailer=named,
        )
        return head + b"4\r\nbody\r\n0\r\n" + end + b"X-Sum: 1\r\n\r\n"

    copy = replay.copy(replay.send(with_trailers))
    assert copy["length"] == 4
    assert [[name.lower(), value] for name, value in copy["trailers"]] == [["x-sum", "1"]]
    assert "ret" not in json.dumps([copy["headers"], copy["trailers"]])


@pytest.mark.stack
def test_health_is_what_is_captured(replay: Replay) -> None:
    assert replay.page("/healthz") == (503, "nothing was captured yet\n")
    replay.send(plain)
    eventually(lambda: replay.page("/healthz"), lambda page: page == (200, "ok\n"))
    status, why = eventually(lambda: replay.page("/healthz"), lambda page: page[0] == 503, WITHIN)
    assert (status, why) == (503, "nothing was captured for 5 seconds\n")


@pytest.mark.stack
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_start_script(replay: Replay, number: signal.Signals) -> None:
    assert replay.processes()
    os.kill(replay.script.pid, number)
    assert replay.script.wait(5) == (0 if number == signal.SIGTERM else -number)
    eventually(replay.processes, lambda left: left == [], WITHIN)


def test_who_ends_at_each_start_is_given_up(tmp_path: Path) -> None:
    program = tmp_path / "gor"
    program.write_text('#!/bin/sh\ncase "$*" in *--exit-after*) exit 0 ;; esac\nexit 7\n')
    program.chmod(0o755)
    done = start(GOREPLAY=str(program))
    assert done.returncode == 1
    said = done.stderr.splitlines()
    # Whole seconds: the next may have begun meanwhile.
    assert re.fullmatch(r"goreplay: ended with code 7 after [01] s, start 2", said[0])
    assert said[4:] == ["goreplay: ended with code 7 five times in a row at its start: giving up"]


@needs_capture
def test_the_version_is_that_of_the_module() -> None:
    install = START_SCRIPT.with_name("install.sh").read_text()
    assert "\nversion=v1.3.2\n" in install
    assert start("--version").stdout == "goreplay 1.3.2\n"


WRONG = {
    "MIRROR_SHARES": ("v1=101", "MIRROR_SHARES: 'v1=101' is not route=percent"),
    "METRICS_BIND": ("9902x", "METRICS_BIND: '9902x' is not a whole number"),
    "SHADOW_TIMEOUT": ("5s", "SHADOW_TIMEOUT: '5s' is not a whole number from 1 to 600"),
    "PYTHON": ("/nowhere", "no /nowhere on this machine"),
    "GOREPLAY": ("/nowhere", "GOREPLAY=/nowhere: there is no such program"),
}


@pytest.mark.parametrize("name", WRONG)
@needs_capture
def test_wrong_settings_are_refused_in_one_line(name: str) -> None:
    value, message = WRONG[name]
    done = start(**{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"goreplay: {message}")
    assert done.stderr.count("\n") == 1


def test_who_has_no_goreplay_is_told_how_to_get_it(tmp_path: Path) -> None:
    script = tmp_path / "docker" / "goreplay" / START_SCRIPT.name
    script.parent.mkdir(parents=True)
    script.write_bytes(START_SCRIPT.read_bytes())
    done = subprocess.run(
        ["sh", script, "--check"],
        env={"PATH": "/usr/bin:/bin", **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "goreplay: no goreplay on this machine: make tools, or name one with GOREPLAY=path\n"
    )
