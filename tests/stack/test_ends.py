"""However a run ends, it leaves nothing behind, says why in one line, and does not say 0."""

import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from features.support.waiting import eventually
from tests.runs import finish
from tests.stack.conftest import needs_engine
from tests.stack.runner import BEHAVE, UserRun, telling

Start = Callable[..., UserRun]
LONG = "features/operation"
# Two workers, who start more than three services each.
BOTH = ("features/mirroring/copies.feature", "-D", "jobs=2", "-D", "gateways=Nginx,Traefik")
SHORT = "features/routing/routing.feature:12"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run(start: Start, kind: str, number: signal.Signals) -> None:
    run = start(LONG, "-D", f"stack={kind}")
    run.await_services()
    assert run.send(number) != 0
    assert run.left_behind() == []
    assert len(telling(run.output.splitlines(), "ABORTED: By user.")) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_who_play_side_by_side(
    start: Start, kind: str, number: signal.Signals
) -> None:
    run = start(*BOTH, "-D", f"stack={kind}")
    run.await_services(6)
    assert run.send(number) != 0
    assert run.left_behind() == []
    assert len(telling(run.output.splitlines(), "ABORTED: By user.")) == 1
    assert "Traceback" not in run.output


def test_a_signal_while_starting_ends_the_run(start: Start, kind: str) -> None:
    run = start(LONG, "-D", f"stack={kind}")
    run.await_services(1)
    assert run.send(signal.SIGTERM) != 0
    assert run.left_behind() == []


def test_a_second_signal_does_not_stop_the_clean_up(start: Start, kind: str) -> None:
    run = start(LONG, "-D", f"stack={kind}")
    run.await_services()
    run.process.send_signal(signal.SIGINT)
    run.process.send_signal(signal.SIGTERM)
    assert run.wait() != 0
    assert run.left_behind() == []


@pytest.mark.stack
def test_services_of_a_killed_local_run_die_with_it(start: Start) -> None:
    """Two recorders, a gateway, and who ends them; of workers tells test_process."""
    run = start("features/", "-D", "stack=local", "-D", "gateways=HAProxy")
    run.await_services(4)
    run.send(signal.SIGKILL)
    eventually(run.processes, lambda left: not left, within=5, what="the end of the services")
    assert start(SHORT, "-D", "stack=local").wait() == 0  # sweeps the directory
    assert run.left_behind() == []


@pytest.mark.stack
def test_nothing_of_any_gateway_outlives_a_run_that_is_killed_with_its_workers(
    start: Start,
) -> None:
    """Some programs have workers that would go on serving for themselves."""
    run = start("features/routing", "-D", "stack=local", "-D", "jobs=9")
    run.await_services(30)
    leader = psutil.Process(run.process.pid)
    for each in [*leader.children(), leader]:
        each.kill()
    eventually(run.processes, lambda left: not left, within=5, what="the end of the services")


@pytest.mark.stack
def test_a_signal_while_workers_start_ends_them(start: Start) -> None:
    run = start(*BOTH, "-D", "stack=local")
    run.await_services(1)
    assert run.send(signal.SIGTERM) != 0
    assert run.left_behind() == []


@pytest.mark.stack
def test_workers_of_a_killed_run_clean_up(start: Start) -> None:
    run = start(*BOTH, "-D", "stack=local")
    run.await_services(6)
    run.send(signal.SIGKILL)
    eventually(run.left_behind, lambda left: not left, within=10, what="the end of the workers")


@pytest.mark.stack
def test_a_worker_that_is_killed_is_told(start: Start) -> None:
    run = start(*BOTH, "-D", "stack=local")
    run.await_services(6)
    first = psutil.Process(run.process.pid).children()[0]
    first.kill()
    assert run.wait() == 1
    assert telling(run.output.splitlines(), "the process that played it ended with code -9")
    assert telling(run.output.splitlines(), "Not reached:")
    assert start(SHORT, "-D", "stack=local").wait() == 0  # sweeps the directory
    eventually(run.left_behind, lambda left: not left, within=10, what="the end of the services")


@pytest.mark.docker
@needs_engine
def test_containers_of_a_killed_run_are_removed_by_the_next(start: Start) -> None:
    run = start(LONG, "-D", "stack=docker")
    run.await_services()
    run.send(signal.SIGKILL)
    assert len(run.containers()) == 3
    following = start(SHORT, "-D", "stack=docker")
    assert following.wait() == 0, following.output
    assert run.left_behind() == []


@pytest.mark.stack
def test_a_reader_that_goes_away_ends_the_run_without_a_traceback() -> None:
    command = f"{' '.join(BEHAVE[:4])} {LONG} -D stack=local | head -1"
    done = finish("bash", "-o", "pipefail", "-c", command)
    assert done.returncode != 0
    assert "nobody reads its output" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.stack
def test_a_reader_that_goes_away_ends_all_who_play_side_by_side(tmp_path: Path) -> None:
    command = f"TMPDIR={tmp_path} {' '.join(BEHAVE[:4])} {' '.join(BOTH)} -D stack=local | head -1"
    done = finish("bash", "-o", "pipefail", "-c", command)
    assert done.returncode != 0
    assert "nobody reads its output" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.stack
def test_a_refused_configuration_ends_the_run_and_is_shown(start: Start, tmp_path: Path) -> None:
    gateway = tmp_path / "haproxy"
    gateway.write_text("#!/bin/sh\necho 'line 7 is wrong' >&2\nexit 1\n")
    gateway.chmod(0o755)
    run = start(LONG, "-D", "stack=local", "-D", f"haproxy={gateway}")
    assert run.wait() == 1
    assert run.left_behind() == []
    assert "line 7 is wrong" in run.output
