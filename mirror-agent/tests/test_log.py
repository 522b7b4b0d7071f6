"""The log holds nobody up, and cannot be flooded."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from mirror_agent.log import Log
from mirror_recorder.testing import RecorderProcess, eventually

from .agent_process import PACKAGE, Agent, Peer, free_port, message, notify, total
from .conftest import CONFIG, StartAgent


@pytest.fixture
def full_pipe() -> Iterator[int]:
    """The end for writing of a pipe that nobody reads and that has no room."""
    reading, writing = os.pipe()
    flags = fcntl.fcntl(writing, fcntl.F_GETFL)
    fcntl.fcntl(writing, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    fcntl.fcntl(writing, fcntl.F_SETFL, flags)
    yield writing
    os.close(reading)
    os.close(writing)


def page(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
        text: str = answer.read().decode()
        return text


def reachable(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def test_standard_error_that_nobody_reads_holds_nothing_up(
    recorder: RecorderProcess, tmp_path: Path, full_pipe: int
) -> None:
    spoe, metrics = free_port(), free_port()
    text = CONFIG.format(port=recorder.port, spoe="", shadow="", more="")
    text = text.replace('spoe: {listen: "127.0.0.1:0"', f'spoe: {{listen: "127.0.0.1:{spoe}"')
    text = text.replace('metrics: {listen: "127.0.0.1:0"', f'metrics: {{listen: ":{metrics}"')
    config = tmp_path / "agent.yaml"
    config.write_text(text)
    command = [sys.executable, "-m", "mirror_agent", str(config)]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    with subprocess.Popen(command, stderr=full_pipe, env=environment) as agent:
        try:
            eventually(lambda: reachable(metrics), bool, 10)
            mistakes = "".join(f"mistake_{n}: 1\n" for n in range(1500))
            config.write_text(text + mistakes)
            agent.send_signal(signal.SIGHUP)
            dropped = "mirror_agent_log_lines_dropped_total"
            eventually(lambda: total(page(metrics, "/metrics"), dropped, {}), lambda n: n >= 400)
            assert '"ok"' in page(metrics, "/healthz")
            with Peer(spoe) as peer:
                peer.send(notify(message()))
                assert peer.frame()[0] == 103
            recorder.entry()
            agent.send_signal(signal.SIGTERM)
            assert agent.wait(10) == 0
        finally:
            agent.kill()


def test_a_thousand_connections_at_once_leave_a_few_lines(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port, spoe=", max_connections: 20")
    crowd = []
    try:
        for _ in range(1000):
            crowd.append(socket.create_connection(("127.0.0.1", agent.ports["spoe"]), 5))
        assert agent.get("/healthz")[0] == 200
    finally:
        for sock in crowd:
            sock.close()
    eventually(lambda: agent.figure("input_connections", input="spoe"), lambda n: n == 0)
    assert len(agent.lines) < 30
    with Peer(agent.ports["spoe"]) as peer:
        peer.send(notify(message()))
        assert peer.frame()[0] == 103


def test_of_each_kind_there_is_one_line_a_second(caplog: pytest.LogCaptureFixture) -> None:
    log = Log("test")
    for _ in range(100):
        log.error("circuit opened", shadow="one")
        log.error("circuit opened", shadow="two")
        log.warning("connection closed", limit_by="idle", detail="silent")
    assert len(caplog.records) == 3
    log.error("a worker died", worker=0)
    log.error("a worker died", worker=1)
    assert len(caplog.records) == 5


def test_an_agent_does_not_wait_for_its_last_lines(agent: Agent) -> None:
    agent.signal(signal.SIGTERM)
    assert agent.wait() == 0
    eventually(lambda: agent.log("ended"), bool)
