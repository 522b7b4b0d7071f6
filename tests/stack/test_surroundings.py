"""A run copes with what is around it: other runs, busy ports, an engine that is gone."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from features.support.waiting import eventually
from tests.runs import finish
from tests.stack.conftest import needs_engine
from tests.stack.engine_proxy import EngineProxy
from tests.stack.runner import UserRun, telling

Start = Callable[..., UserRun]
SHORT = "features/routing/routing.feature:12"


@pytest.fixture
def busy_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


@pytest.mark.docker
@needs_engine
def test_runs_side_by_side_do_not_collide(start: Start) -> None:
    kinds = ("local", "local", "docker", "docker")
    runs = [start("features/routing/routing.feature", "-D", f"stack={kind}") for kind in kinds]
    for run in runs:
        assert run.wait() == 0, run.output
        assert run.left_behind() == []


def test_a_busy_port_is_told_with_its_holder(start: Start, kind: str, busy_port: int) -> None:
    run = start(SHORT, "-D", f"stack={kind}", STATS_PORT=str(busy_port))
    assert run.wait() == 1
    assert run.left_behind() == []
    (line,) = telling(run.output.splitlines(), "HAProxy did not start")
    assert re.search(rf"port {busy_port} is held by .+ \(process \d+\).* STATS_PORT ", line)


@pytest.mark.docker
@needs_engine
def test_stack_up_tells_a_busy_port(busy_port: int) -> None:
    done = finish("make", "stack-up", f"GATEWAY_PORT={busy_port}")
    assert done.returncode != 0
    assert re.search(rf"port {busy_port} is held by .+ GATEWAY_PORT", done.stderr)


def test_a_missing_engine_is_told_in_one_line(start: Start) -> None:
    run = start(SHORT, "-D", "stack=docker", DOCKER_HOST="unix:///absent/docker.sock")
    assert run.wait() == 1
    assert len(telling(run.output.splitlines(), "no Docker Engine answers")) == 1
    assert "Traceback" not in run.output


@pytest.mark.stack
def test_without_an_engine_the_stack_is_local(start: Start) -> None:
    run = start(SHORT, DOCKER_HOST="unix:///absent/docker.sock")
    assert run.wait() == 0
    assert "Stack: local" in run.output


@pytest.mark.docker
@needs_engine
def test_an_engine_that_dies_half_way_is_told_and_cleaned_up_later(start: Start) -> None:
    with EngineProxy() as proxy:
        run = start("features/operation", "-D", "stack=docker", DOCKER_HOST=proxy.address)
        run.await_services()
        proxy.close()
        assert run.wait() != 0
    assert telling(run.output.splitlines(), "once the engine answers: docker compose -p")
    assert start(SHORT, "-D", "stack=docker").wait() == 0
    assert run.left_behind() == []


def test_a_kept_stack_can_be_used_and_removed_as_told(start: Start, kind: str) -> None:
    run = start(SHORT, "-D", f"stack={kind}", "-D", "keep=yes")
    assert run.wait() == 0
    told = dict(re.findall(r"^  ([a-z ]+): (.+)$", run.output, re.MULTILINE))
    try:
        assert start(SHORT, "-D", f"stack={kind}").wait() == 0  # sweeps, but not this
        answer = requests.get(f"{told['haproxy proxy']}/api/v1", timeout=5)
        assert answer.headers["X-Backend-Name"] == "primary"
        assert "api_v1" in requests.get(f"{told['haproxy stats']}/stats;csv", timeout=5).text
    finally:
        finish("sh", "-c", told["to stop it"])
    eventually(run.left_behind, lambda left: not left, within=5, what="the end of the stack")
    assert "logs" not in told or not Path(told["logs"]).exists()
