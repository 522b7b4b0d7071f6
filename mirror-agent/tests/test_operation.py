"""Starting, watching, reloading and ending the agent."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from mirror_recorder.testing import RecorderProcess, eventually

from .agent_process import PACKAGE, Agent, Peer, Process, free_port, message, notify
from .conftest import StartAgent
from .test_shadow import ask


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mirror_agent", *arguments],
        capture_output=True,
        text=True,
        timeout=20,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        check=False,
    )


def test_check_says_whether_a_configuration_is_valid(tmp_path: Path) -> None:
    good = run("--check", str(PACKAGE / "reference" / "mirror-agent.yaml"))
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.endswith(
        "valid (shadows: shadow; routes: /api/v1 100 %, /api/v2 50 %, /api/v3 0 %)\n"
    )
    bad = tmp_path / "bad.yaml"
    bad.write_text("inputs:\n  spoe: {listn: 1}\n")
    wrong = run("--check", str(bad))
    assert wrong.returncode == 1
    assert f"{bad}:2: inputs.spoe.listn: unknown key (did you mean 'listen'?)" in wrong.stderr
    assert "Traceback" not in wrong.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ((), 1, "give a configuration file, or --shadow with --spoe or --ring"),
        (("--spoe", "12345"), 2, "argument --spoe: '12345' is not host:port"),
        (("--workers", "0"), 2, "argument --workers: '0' is not a whole number"),
        (("nowhere.yaml",), 1, "nowhere.yaml: cannot be read: No such file or directory"),
    ],
)
def test_wrong_use_is_told_in_a_line(arguments: tuple[str, ...], code: int, text: str) -> None:
    outcome = run(*arguments)
    assert outcome.returncode == code
    assert text in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_in_use_ends_the_agent_with_a_line(agent: Agent, workers: str) -> None:
    taken = f"127.0.0.1:{agent.ports['spoe']}"
    outcome = run("--spoe", taken, "--shadow", "127.0.0.1:1", "--workers", workers)
    assert outcome.returncode == 1
    assert re.search(rf"mirror-agent: .*(in use|cannot listen on {taken})", outcome.stderr)
    assert "Traceback" not in outcome.stderr


def test_flags_alone_are_enough(recorder: RecorderProcess, stack: ExitStack) -> None:
    port = free_port()
    flags = ("--spoe", f"127.0.0.1:{port}", "--shadow", f"127.0.0.1:{recorder.port}")
    process = Process(sys.executable, "-m", "mirror_agent", *flags)
    stack.enter_context(process)
    eventually(lambda: process.lines, lambda lines: "ready" in "".join(lines), 10)
    with Peer(port) as peer:
        peer.send(notify(message(target=b"/flags")))
        assert peer.frame()[0] == 103
    assert recorder.entry()["target"] == "/flags"


def test_health_and_metrics_are_shown_and_nothing_else(agent: Agent) -> None:
    status, text = agent.get("/healthz")
    assert (status, text) == (200, '{"status": "ok", "workers": 1}\n')
    status, text = agent.get("/metrics")
    assert status == 200
    for reason in ("queue_full", "cut", "loop", "circuit_open", "not_sampled"):
        assert f'mirror_agent_dropped_total{{reason="{reason}",shadow="shadow"}} 0.0' in text
    assert agent.get("/other")[0] == 404


def test_a_cut_body_is_logged_with_its_cure(agent: Agent) -> None:
    ask(agent, 3, headers=b"host: a\r\ncontent-length: 9\r\n\r\n", body=b"x", announced=9)
    assert agent.settled(3)["dropped"] == 3
    (entry,) = agent.log("body cut, copy not sent")
    assert entry["body"] == "1 of 9 bytes"
    assert "tune.bufsize" in entry["hint"]
    assert "max-frame-size" in entry["hint"]


def test_sighup_takes_a_new_policy_and_keeps_connections_and_counters(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port)
    with Peer(agent.ports["spoe"]) as peer:
        peer.send(notify(message()))
        peer.frame()
        agent.settled(1)
        text = agent.config.read_text()
        agent.config.write_text(text + "routes: [{prefix: /, share: 0}]\n")
        agent.signal(signal.SIGHUP)
        eventually(lambda: agent.log("configuration loaded again"), bool)
        peer.send(notify(message()))
        assert peer.frame()[0] == 103
        account = agent.settled(2)
        assert (account["sent"], account["dropped"]) == (1, 1)


def test_sighup_with_a_wrong_file_changes_nothing(agent: Agent) -> None:
    agent.config.write_text(agent.config.read_text() + "rutes: []\n")
    agent.signal(signal.SIGHUP)
    (entry,) = eventually(lambda: agent.log("configuration not taken, the old one stays"), bool)
    assert "rutes: unknown key (did you mean 'routes'?)" in entry["problem"]
    ask(agent)
    assert agent.settled(1)["sent"] == 1


def test_sighup_can_replace_a_shadow(
    agent: Agent, recorder: RecorderProcess, stack: ExitStack
) -> None:
    ask(agent, 5)
    agent.settled(5)
    other = stack.enter_context(RecorderProcess(name="other"))
    text = agent.config.read_text().replace(f":{recorder.port}", f":{other.port}")
    agent.config.write_text(text.replace("name: shadow", "name: other"))
    agent.signal(signal.SIGHUP)
    eventually(lambda: agent.log("configuration loaded again"), bool)
    ask(agent, 3)
    assert agent.settled(3, "other")["sent"] == 3
    assert agent.settled(5, "shadow")["sent"] == 5
    assert len(other.journal()) == 3


def test_sigterm_sends_what_waits_and_tells_the_account(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port, shadow=", connections: 2")
    recorder.faults(delay=0.1)
    with Peer(agent.ports["spoe"]) as peer:
        peer.send(b"".join(notify(message(), n) for n in range(20)))
        for _ in range(20):
            peer.frame()
        agent.signal(signal.SIGTERM)
        assert peer.farewell() == 0
        assert agent.wait() == 0
    (entry,) = eventually(lambda: agent.log("ended"), bool)
    assert (entry["shadow.received"], entry["shadow.sent"]) == (20, 20)
    assert len(recorder.journal()) == 20


def test_sigterm_waits_no_longer_than_the_drain(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port, shadow=", connections: 1", more="drain: 300ms")
    recorder.faults(hang=True)
    ask(agent, 10)
    started = time.monotonic()
    agent.signal(signal.SIGTERM)
    assert agent.wait() == 0
    assert time.monotonic() - started < 3
    (entry,) = eventually(lambda: agent.log("ended"), bool)
    assert entry["shadow.dropped.shutdown"] == 9
    assert entry["shadow.failed.timeout"] == 1
