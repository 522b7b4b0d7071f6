"""`make recorders`: two recorders that answer, what to configure, and nothing left in the end."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
import yaml

from features.support.stack import ports
from features.support.waiting import eventually
from tests.runs import ROOT, finish
from tests.stack.runner import UserRun

pytestmark = pytest.mark.stack

PROGRAM = (sys.executable, "-m", "features.support.stack.recorders_by_hand")
LAST = "Ctrl-C stops the recorders.\n"
Start = Callable[..., UserRun]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the recorders, and waits until they are told to answer, or cannot start."""
    with ExitStack() as ends:

        def begin(*arguments: str, **environment: str) -> UserRun:
            own = {"RECORDER_TOKEN": "", **environment}
            run = UserRun(arguments, own, PROGRAM)
            ends.callback(run.stop)
            eventually(
                lambda: LAST in run.output or run.process.poll() is not None,
                bool,
                within=30,
                what="the end of what it says",
            )
            return run

        yield begin


@pytest.fixture
def four() -> Iterator[Callable[[str], int]]:
    """Finds the first of four free ports, which nobody else is given meanwhile."""
    with ExitStack() as ends:

        def find(host: str = "127.0.0.1") -> int:
            for first in iter(ports.free_port, None):
                with ExitStack() as held:
                    try:
                        for port in range(first, first + 4):
                            held.enter_context(reserved(host, port))
                    except (OSError, OverflowError):
                        continue
                    ends.enter_context(held.pop_all())
                    return first
            raise AssertionError("no four ports in a row are free")

        yield find


def reserved(host: str, port: int) -> socket.socket:
    """Bind a port as `ports.free_port` does: it goes to who asks for it, and to nobody else."""
    holder = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        holder.bind((host, port))
    except BaseException:
        holder.close()
        raise
    return holder


def described(output: str) -> dict[str, Any]:
    """The piece of a description that it prints, as a program reads it."""
    piece = re.search(r"^name: .*?(?=^$)", output, re.M | re.S)
    assert piece, output
    return dict(yaml.safe_load(piece[0]))


def counters(control: str) -> dict[str, int]:
    answer = requests.get(f"http://{control}/healthz", timeout=5)
    return dict(answer.json()["counters"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]"])
def test_both_answer_where_it_says(start: Start, four: Callable[[str], int], host: str) -> None:
    bare = host.strip("[]").replace("localhost", "127.0.0.1")
    if not ports.is_free(0, bare):
        pytest.skip(f"this machine has no {bare}")
    first = four(bare)
    run = start(host, str(first))
    shown = f"[{bare}]" if ":" in bare else bare
    assert described(run.output) == {
        "name": "My gateway",
        "running": {
            "address": "http://127.0.0.1:10004",
            "primary": {"service": f"{shown}:{first}", "control": f"{shown}:{first + 1}"},
            "shadow": {"service": f"{shown}:{first + 2}", "control": f"{shown}:{first + 3}"},
        },
    }
    for name, places in described(run.output)["running"].items():
        if name != "address":
            assert f"the {name}, http://{places['service']}\n" in run.output
            answer = requests.get(f"http://{places['service']}/api/v1", timeout=5)
            assert answer.headers["X-Backend-Name"] == name
            assert counters(places["control"])["requests"] == 1
            assert requests.post(f"http://{places['control']}/reset", timeout=5).ok


def test_the_next_command_is_told_after_the_exact_piece_to_copy(
    start: Start, four: Callable[..., int]
) -> None:
    first = four()
    output = start("127.0.0.1", str(first)).output
    piece = f"""
name: My gateway
running:
  address: http://127.0.0.1:10004   # where clients reach it
  primary: {{service: "127.0.0.1:{first}", control: "127.0.0.1:{first + 1}"}}
  shadow: {{service: "127.0.0.1:{first + 2}", control: "127.0.0.1:{first + 3}"}}

"""
    assert piece in output
    assert "\n  make try GATEWAY=my-gateway.yaml\n" in output.partition(piece)[2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_both(
    start: Start, four: Callable[..., int], number: signal.Signals
) -> None:
    first = four()
    run = start("127.0.0.1", str(first))
    assert len(run.processes()) >= 3
    assert run.send(number) == 0
    assert run.left_behind() == []
    assert run.output.partition(LAST)[2] == "The recorders have been stopped.\n"
    assert all(ports.owner(port) is None for port in range(first, first + 4))


def test_a_signal_while_they_start_leaves_nothing(four: Callable[..., int]) -> None:
    run = UserRun(("127.0.0.1", str(four())), None, PROGRAM)
    try:
        run.await_services(1)
        assert run.send(signal.SIGTERM) == 0
        assert run.left_behind() == []
        assert "Traceback" not in run.output
    finally:
        run.stop()


def test_they_die_with_a_command_that_is_killed(start: Start, four: Callable[..., int]) -> None:
    run = start("127.0.0.1", str(four()))
    run.send(signal.SIGKILL)
    eventually(run.processes, lambda living: not living, within=10, what="the end of both")
    start("127.0.0.1", str(four()))  # removes the logs
    assert run.left_behind() == []


def test_one_that_ends_by_itself_is_told_and_the_other_stopped(
    start: Start, four: Callable[..., int]
) -> None:
    first = four()
    run = start("127.0.0.1", str(first))
    os.kill(ports.owner(first + 2) or 0, signal.SIGKILL)
    assert run.wait(20) == 1
    assert run.left_behind() == []
    assert "\nerror: the shadow's recorder has ended, so both are stopped; its log:\n" in run.output


def test_a_reader_that_goes_away_ends_it_without_a_traceback(four: Callable[..., int]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, "127.0.0.1", str(four())],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=30,
        check=False,
    )
    os.close(writing)
    assert done.returncode == 1
    assert done.stderr == "error: the run ended early because nobody reads its output any more\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::"])
@pytest.mark.parametrize("offset", range(4))
def test_a_busy_port_is_told_with_its_holder(
    start: Start, four: Callable[..., int], host: str, offset: int
) -> None:
    if not ports.is_free(0, host):
        pytest.skip(f"this machine has no {host}")
    first = four()
    with socket.create_server(("127.0.0.1", first + offset)):
        run = start(host, str(first))
    assert run.wait() == 1
    assert run.left_behind() == []
    assert re.fullmatch(
        rf"error: port {first + offset} is held by .+ \(process {os.getpid()}\); stop that, "
        r"or set PORT to another port\n",
        run.output,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["127.0.0.1", "http"], 1, "error: PORT=http: give a port from 1 to 65535"),
        (["127.0.0.1", "0"], 1, "error: PORT=0: give a port from 1 to 65535"),
        (["127.0.0.1", "65533"], 1, "error: PORT=65533: give a port up to 65532, as it takes"),
        (["192.0.2.1"], 1, "error: HOST=192.0.2.1 is no address of this machine: give one that"),
        (["2001:db8::1"], 1, "error: HOST=2001:db8::1 is no address of this machine: give one"),
        (["a.invalid"], 1, "error: HOST=a.invalid is no address of this machine: give one that"),
        (["a..b"], 1, "error: HOST=a..b is no address of this machine: give one that it has"),
        (["::1", "80", "81"], 2, "say HOST and PORT, or nothing for 127.0.0.1 18080"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    start: Start, arguments: list[str], code: int, told: str
) -> None:
    run = start(*arguments)
    assert run.wait() == code
    assert run.left_behind() == []
    assert run.output.startswith(told)
    assert run.output.count("\n") == 1


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "0.0.0.0"), ("::", "[::]")])
def test_beyond_loopback_it_says_what_to_put_there_and_who_may_change_something(
    start: Start, four: Callable[..., int], host: str, shown: str
) -> None:
    if not ports.is_free(0, host):
        pytest.skip(f"this machine has no {host}")
    first = four(host)
    run = start(host, str(first))
    assert described(run.output)["running"]["shadow"]["service"] == f"{shown}:{first + 2}"
    assert f"in the place of {shown} put this machine's own" in run.output
    assert "Whoever reaches their ports can read" in run.output
    token = re.search(r"^  RECORDER_TOKEN=(\w{32}) make try GATEWAY=", run.output, re.M)
    assert token
    url = f"http://127.0.0.1:{first + 3}/reset"
    assert requests.post(url, timeout=5).status_code == 401
    assert requests.post(url, headers={"Authorization": f"Bearer {token[1]}"}, timeout=5).ok


def test_a_token_that_is_given_is_used_and_not_shown(
    start: Start, four: Callable[..., int]
) -> None:
    first = four()
    run = start("127.0.0.1", str(first), RECORDER_TOKEN="s3cret")
    assert "s3cret" not in run.output
    assert "\nRECORDER_TOKEN is set: set it to the same where" in run.output
    assert requests.post(f"http://127.0.0.1:{first + 1}/reset", timeout=5).status_code == 401


def test_make_hands_over_host_and_port_and_not_those_of_the_environment() -> None:
    module = "features.support.stack.recorders_by_hand"
    theirs = {"HOST": "vm", "PORT": "3000"}
    alone = finish("make", "--dry-run", "recorders", environment=theirs)
    assert f"{module} '127.0.0.1' '18080'\n" in alone.stdout
    asked = finish("make", "--dry-run", "recorders", "HOST=::", "PORT=9000", environment=theirs)
    assert f"{module} '::' '9000'\n" in asked.stdout
