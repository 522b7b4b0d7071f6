"""What the system around the agent does under load: clocks leap, descriptors run out.

Nothing crashes or stays stuck, copies flow within 5 s of the fault's end, the account is whole.
"""

import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from mirror_recorder.testing import RecorderProcess, eventually

from .agent_process import Agent
from .conftest import Leap, StartAgent
from .test_shadow import ask

SOON = 5.0
HOUR, DAY = 3600.0, 86400.0
LEAPS = [(DAY, 0.0), (-2 * DAY, 0.0), (0.0, HOUR), (1.5, 1.5), (0.0, 30 * DAY)]


@contextmanager
def load(agent: Agent) -> Iterator[None]:
    """Hand requests over, on a new connection each, whatever becomes of it."""
    over = threading.Event()

    def send() -> None:
        while not over.wait(0.01):
            with suppress(OSError, EOFError, AssertionError):
                ask(agent, 5)

    client = threading.Thread(target=send)
    client.start()
    try:
        yield
    finally:
        over.set()
        client.join()


def flows(agent: Agent) -> None:
    """Copies arrive again, soon."""
    before = agent.figure("sent_total")

    def sent() -> float:
        with suppress(OSError, EOFError, AssertionError):
            ask(agent)
        return agent.figure("sent_total") - before

    eventually(sent, lambda count: count >= 3, SOON)


def whole(agent: Agent) -> None:
    """The account adds up, once nothing is on its way, and the log tells of no crash."""
    agent.settled(int(agent.figure("received_total")))
    assert not [line for line in agent.lines if "Traceback" in line or '"asyncio"' in line]


@pytest.mark.parametrize("workers", [1, 2])
def test_clocks_that_leap_hold_nothing_up(
    recorder: RecorderProcess, leap: Leap, start_agent: StartAgent, workers: int
) -> None:
    agent = start_agent(recorder.port, more=f"workers: {workers}")
    eventually(lambda: agent.get("/healthz")[0], lambda status: status == 200, 15)
    with load(agent):
        for wall, steady in LEAPS:
            leap(wall, steady)
            flows(agent)
    whole(agent)
    assert agent.get("/healthz")[0] == 200


def test_descriptors_that_run_out_under_load_hold_nothing_up_for_long(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port)
    pid = agent.process.pid
    allowed = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    recorder.faults(delay=0.3)  # so that copies want connections of their own
    crowd = []
    with load(agent):
        flows(agent)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (64, allowed[1]))
        try:
            for _ in range(200):
                crowd.append(socket.create_connection(("127.0.0.1", agent.ports["spoe"]), 5))
            eventually(lambda: agent.log("connections turned away"), bool, SOON)
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, allowed)
            for sock in crowd:
                sock.close()
        recorder.faults()
        flows(agent)
    whole(agent)
    assert len(agent.lines) < 40
