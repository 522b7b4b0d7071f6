"""Services of a local stack as real processes: how they start, fail, stop and die."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from features.support.errors import StackError
from features.support.stack import ports
from features.support.stack.process import Process
from features.support.waiting import eventually, set_patience

LISTEN = """
import select, socket, sys
print("listening on", sys.argv[1], flush=True)
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:  # a signal that came just before a wait without an end would not be seen
    select.select([], [], [], 0.05)
"""
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)" + LISTEN
GOODBYE = "import signal, sys\nsignal.signal(15, lambda *_: (print('bye'), sys.exit()))" + LISTEN
# A master whose worker does the work, and which says who that is.
MASTER = f"""
import subprocess, sys
worker = subprocess.Popen([sys.executable, "-c", {LISTEN!r}, sys.argv[1]])
print("worker", worker.pid, flush=True)
worker.wait()
"""
Start = Callable[..., Process]


def is_there(pid: int) -> bool:
    """Tell whether a process exists and is more than a zombie."""
    return state_of(pid) not in (None, psutil.STATUS_ZOMBIE)


def state_of(pid: int) -> str | None:
    try:
        return psutil.Process(pid).status()
    except psutil.NoSuchProcess:
        return None


def await_end(pid: int) -> None:
    eventually(lambda: is_there(pid), lambda there: not there, 10, f"the end of {pid}")


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Start]:
    made: list[Process] = []

    def process(script: str, *arguments: object, argv: Sequence[str] | None = None) -> Process:
        words = argv or [sys.executable, "-c", script, *map(str, arguments)]
        made.append(Process("service", words, {"COLOUR": "green"}, tmp_path / f"{len(made)}.log"))
        return made[-1]

    yield process
    for each in made:
        each.stop()


def serving(make: Start, script: str) -> tuple[Process, int]:
    """Start a script that listens; return its process and its port."""
    port = ports.free_port()
    process = make(script, port)
    process.start([port])
    return process, port


def worker_of(process: Process) -> int:
    return int(process.log().split()[1])


def test_a_start_ends_when_the_process_listens(make: Start) -> None:
    port = ports.free_port()
    process = make(LISTEN, port)
    assert (process.running, process.pid) == (False, None)
    process.start([port])
    assert process.running
    assert ports.owner(port) == process.pid
    assert process.log() == f"listening on {port}\n"


def test_a_failing_start_tells_the_exit_code_and_the_end_of_the_log(make: Start) -> None:
    process = make("import sys\nfor n in range(40): print('line', n)\nsys.exit(3)")
    with pytest.raises(StackError) as told:
        process.start([ports.free_port()])
    head, *log = str(told.value).splitlines()
    assert head.startswith("service ended at once with exit code 3 (")
    assert head.endswith("; its log:")
    assert log == [f"  line {n}" for n in range(25, 40)]


def test_a_service_that_never_listens_is_told_with_its_ports(make: Start) -> None:
    set_patience(0.03)  # of 10 seconds
    port = ports.free_port()
    process = make("import signal; signal.pause()")
    with pytest.raises(StackError, match=rf"^service does not listen on \[{port}\] \(\d+\.\d s\)$"):
        process.start([port])
    assert process.running, "there is nothing left to look at"


def test_a_port_that_another_process_holds_is_told_with_its_holder(make: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(StackError) as told:
            make("import signal; signal.pause()").start([port])
    assert f"cannot have port {port}, held by " in str(told.value)
    assert f"(process {os.getpid()})" in str(told.value)


def test_a_stubborn_process_is_stopped_by_force(
    make: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.support.stack.process._STOP_WITHIN", 0.2)
    process, _ = serving(make, STUBBORN)
    pid = process.pid or 0
    process.stop()
    assert not is_there(pid)


def test_a_stop_ends_the_workers_of_a_master_that_does_not(make: Start) -> None:
    process, port = serving(make, MASTER)
    worker = worker_of(process)
    process.stop()
    await_end(worker)
    assert ports.owner(port) is None


@pytest.mark.parametrize("frozen", [False, True])
def test_a_stop_is_polite_even_to_a_frozen_process(make: Start, frozen: bool) -> None:
    process, _ = serving(make, GOODBYE)
    if frozen:
        process.signal(signal.SIGSTOP)
    process.stop()
    assert process.log().endswith("bye\n")
    assert (process.running, process.pid) == (False, None)


def test_a_stopped_process_starts_again_on_its_port_and_goes_on_with_its_log(make: Start) -> None:
    process, port = serving(make, LISTEN)
    first = process.pid
    process.stop()
    process.mark()
    process.start([port])
    assert process.pid != first
    assert process.log() == f"listening on {port}\n"
    assert process.log(whole=True) == f"listening on {port}\n" * 2


def test_a_signal_reaches_the_workers_too_where_that_is_said(make: Start) -> None:
    process, _ = serving(make, MASTER)
    worker = worker_of(process)
    for number, letter in (
        (signal.SIGSTOP, psutil.STATUS_STOPPED),
        (signal.SIGCONT, psutil.STATUS_SLEEPING),
    ):
        process.signal(number, workers_too=True)
        for pid in (process.pid or 0, worker):
            eventually(lambda pid=pid: state_of(pid), lambda seen, to=letter: seen == to, 5)  # type: ignore[misc]


@pytest.mark.parametrize("outlives", [False, True])
def test_a_service_dies_with_a_run_that_is_killed_unless_it_is_kept(
    outlives: bool, tmp_path: Path
) -> None:
    port = ports.free_port()
    run = f"""
import signal, sys
from pathlib import Path
from features.support.stack.process import Process
argv = [sys.executable, "-c", {MASTER!r}, "{port}"]
process = Process("s", argv, {{}}, Path({str(tmp_path / "log")!r}), outlives_the_run={outlives})
process.start([{port}])
print(process.pid, process.log().split()[1], flush=True)
signal.pause()
"""
    with subprocess.Popen([sys.executable, "-c", run], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        family = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    try:
        if outlives:
            assert ports.owner(port) == family[1]
        else:
            for pid in family:
                await_end(pid)
    finally:
        for pid in family:
            if is_there(pid):
                os.kill(pid, signal.SIGKILL)
