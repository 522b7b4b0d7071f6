"""Several workers: one port, one account, one policy, and a watch over each."""

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from mirror_recorder.testing import RecorderProcess, eventually

from .agent_process import Agent, Peer, message, notify
from .conftest import StartAgent
from .test_shadow import ask

WITHIN = 15.0


@pytest.fixture
def agent(recorder: RecorderProcess, start_agent: StartAgent) -> Agent:
    """An agent with two workers."""
    agent = start_agent(recorder.port, more="workers: 2")
    eventually(lambda: agent.get("/healthz")[0], lambda status: status == 200, WITHIN)
    return agent


def pids(agent: Agent) -> list[int]:
    """Process ids of all workers there were, first ones first."""
    return [entry["process"] for entry in agent.log("ready")]


def balanced(agent: Agent) -> dict[str, float]:
    """The account, which must add up."""
    account = agent.account()
    ends = account["sent"] + account["dropped"] + account["failed"] + account["in_flight"]
    assert account["received"] == ends
    return account


def test_there_is_one_account_of_all_workers(agent: Agent) -> None:
    assert agent.figure("workers") == 2
    for _ in range(20):
        ask(agent, 5)
    assert agent.settled(100)["sent"] == 100
    agent.signal(signal.SIGTERM)
    assert agent.wait() == 0
    assert sum(entry["spoe"] for entry in agent.log("ended")) == 100


def test_connections_that_stay_are_spread_though_health_checks_come_between(agent: Agent) -> None:
    def has(count: int) -> None:
        eventually(
            lambda: agent.figure("input_connections", input="spoe"), lambda open_: open_ == count
        )

    with ExitStack() as stay:
        kept: list[Peer] = []
        for checks in (0, 1, 2, 0, 1, 2):
            kept.append(stay.enter_context(Peer(agent.ports["spoe"])))
            for _ in range(checks):
                with Peer(agent.ports["spoe"]):
                    pass
            has(len(kept))
        for peer in kept:
            peer.send(notify(message()))
            assert peer.frame()[0] == 103
        agent.settled(6)
        agent.signal(signal.SIGTERM)
        assert agent.wait() == 0
    assert [entry["spoe"] for entry in agent.log("ended")] == [3, 3]


def test_one_connection_keeps_one_worker_busy(agent: Agent) -> None:
    """What README and the reference settings say of a single HAProxy, which keeps few."""
    ask(agent, 100)
    agent.settled(100)
    agent.signal(signal.SIGTERM)
    assert agent.wait() == 0
    assert sorted(entry["spoe"] for entry in agent.log("ended")) == [0, 100]


def test_all_workers_read_the_configuration_again(agent: Agent) -> None:
    agent.config.write_text(agent.config.read_text() + "routes: [{prefix: /, share: 0}]\n")
    agent.signal(signal.SIGHUP)
    eventually(lambda: len(agent.log("configuration loaded again")), lambda n: n == 2)
    for _ in range(10):
        ask(agent, 5)
    assert agent.settled(50)["dropped"] == 50


def test_what_a_killed_worker_had_is_counted_as_lost(
    agent: Agent, recorder: RecorderProcess
) -> None:
    recorder.faults(hang=True)
    with Peer(agent.ports["spoe"]) as one, Peer(agent.ports["spoe"]) as two:  # a worker each
        for peer in (one, two):
            peer.send(b"".join(notify(message(), n) for n in range(50)))
            assert [peer.frame()[0] for _ in range(50)] == [103] * 50
        os.kill(pids(agent)[0], signal.SIGKILL)
        eventually(lambda: len(pids(agent)), lambda n: n == 3, WITHIN)
    recorder.faults()
    eventually(lambda: agent.get("/healthz")[0], lambda status: status == 200, WITHIN)
    assert agent.figure("worker_restarts_total") == 1
    assert agent.figure("failed_total", reason="worker_lost") == 50
    assert agent.figure("requests_total", input="spoe") == 100
    assert balanced(agent)["received"] == 100


def test_a_worker_that_does_not_respond_is_unwell_and_then_replaced(agent: Agent) -> None:
    ask(agent, 10)
    ask(agent, 10)
    os.kill(pids(agent)[1], signal.SIGSTOP)
    status, text = eventually(lambda: agent.get("/healthz"), lambda a: a[0] != 200, WITHIN)
    assert (status, '"stalled"' in text) == (503, True)
    for _ in range(6):  # goes to the other worker, at once
        ask(agent, 5)
    eventually(lambda: len(pids(agent)), lambda n: n == 3, WITHIN)
    eventually(lambda: agent.get("/healthz")[0], lambda status: status == 200, WITHIN)
    assert agent.log("worker does not respond and is killed")
    assert balanced(agent)["received"] == 50


def test_workers_end_in_time_though_one_is_stopped(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port, more="workers: 2\ndrain: 300ms")
    eventually(lambda: agent.get("/healthz")[0], lambda status: status == 200, WITHIN)
    os.kill(pids(agent)[0], signal.SIGSTOP)
    agent.signal(signal.SIGTERM)
    assert agent.wait(WITHIN) == 0
    assert len(agent.log("ended")) == 1


def test_an_agent_whose_workers_are_still_starting_ends_at_once(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port, more="workers: 2")
    for pid in pids(agent):
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: agent.figure("worker_restarts_total"), lambda n: n >= 1, WITHIN)
    started = time.monotonic()
    agent.signal(signal.SIGTERM)
    assert agent.wait(WITHIN) == 0
    assert time.monotonic() - started < 5


def test_a_ring_is_read_by_the_first_worker(agent: Agent) -> None:
    line = b"m1 7 1 65536 0 GET L3g= aG9zdDogYQ0KDQo= -\n"
    for _ in range(3):
        with Peer(agent.ports["ring"], greet=False) as ring:
            ring.send(b"%d %b" % (len(line), line))
            eventually(lambda: agent.figure("input_connections", input="ring"), lambda n: n == 1)
    assert agent.settled(3)["received"] == 3
    assert agent.figure("ring_repeated_total") == 2


def test_workers_end_with_their_supervisor(agent: Agent) -> None:
    workers = pids(agent)
    assert len(workers) == 2
    agent.signal(signal.SIGKILL)
    eventually(
        lambda: [pid for pid in workers if Path(f"/proc/{pid}/exe").exists()],
        lambda alive: not alive,
        WITHIN,
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_the_account_is_balanced_after_signals_under_load(
    recorder: RecorderProcess, start_agent: StartAgent, workers: int
) -> None:
    agent = start_agent(recorder.port, more=f"workers: {workers}")
    eventually(lambda: agent.get("/healthz")[0], lambda status: status == 200, WITHIN)
    batch, acknowledged = b"".join(notify(message(), n) for n in range(20)), 0
    with Peer(agent.ports["spoe"]) as one, Peer(agent.ports["spoe"]) as two:
        for turn in range(60):
            if turn % 10 == 5:
                agent.signal(signal.SIGHUP)
            if turn == 50:
                balanced(agent)
                agent.signal(signal.SIGTERM)
            try:
                for peer in (one, two):
                    peer.send(batch)
                for peer in (one, two):
                    acknowledged += sum(peer.frame()[0] == 103 for _ in range(20))
            except (EOFError, OSError):
                break
    assert agent.wait(WITHIN) == 0
    ended = agent.log("ended")
    assert len(ended) == workers
    received = sum(entry["shadow.received"] for entry in ended)
    assert acknowledged >= 2000
    assert received >= acknowledged
    places = ("shadow.sent", "shadow.dropped.", "shadow.failed.")
    assert received == sum(
        value for entry in ended for key, value in entry.items() if key.startswith(places)
    )
