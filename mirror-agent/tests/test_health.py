"""Health tells the truth: not well while the agent drains, or cannot accept connections."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

from mirror_recorder.testing import RecorderProcess, eventually

from .agent_process import PACKAGE, Agent, Peer
from .conftest import StartAgent
from .test_shadow import ask


def test_an_agent_that_drains_is_not_well(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port)
    recorder.faults(hang=True)
    ask(agent, 3)
    agent.signal(signal.SIGTERM)
    assert eventually(lambda: agent.get("/healthz"), lambda answer: answer[0] != 200) == (
        503,
        '{"status": "draining", "workers": 1}\n',
    )


def test_an_agent_without_descriptors_turns_connections_away_and_says_so(agent: Agent) -> None:
    pid = agent.process.pid
    allowed = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    held = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (held, allowed[1]))
    try:
        with Peer(agent.ports["spoe"], greet=False) as outside:
            assert outside.ended()
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, allowed)
    status, text = agent.get("/healthz")
    assert (status, '"cannot accept"' in text) == (503, True)
    assert agent.figure("closed_total", reason="descriptors") == 1
    eventually(lambda: agent.get("/healthz")[0], lambda status: status == 200)
    assert len(agent.log("connections turned away")) == 1
    ask(agent)
    assert agent.settled(1)["sent"] == 1


def test_a_limit_of_descriptors_that_is_too_low_is_refused_at_the_start() -> None:
    flags = ("--spoe", "127.0.0.1:0", "--shadow", "127.0.0.1:1")
    command = ["sh", "-c", 'ulimit -n 64 && exec "$@"', "sh", sys.executable, "-m", "mirror_agent"]
    outcome = subprocess.run(
        [*command, *flags],
        capture_output=True,
        text=True,
        timeout=20,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        check=False,
    )
    assert outcome.returncode == 1
    (line,) = outcome.stderr.splitlines()
    assert "open files are needed and 64 allowed: raise the limit (ulimit -n" in line
