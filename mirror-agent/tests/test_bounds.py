"""What peers can cost the agent, at most."""

import resource
import socket
from contextlib import ExitStack

import pytest
from mirror_recorder.testing import RecorderProcess, eventually

from .agent_process import Agent, hello, message, notify
from .conftest import Leap, StartAgent
from .test_spop import peer


def test_connections_beyond_the_maximum_are_closed(
    recorder: RecorderProcess, start_agent: StartAgent, stack: ExitStack
) -> None:
    agent = start_agent(recorder.port, spoe=", max_connections: 3")
    inside = [stack.enter_context(peer(agent)) for _ in range(3)]
    with peer(agent, greet=False) as outside:
        assert outside.ended()
    inside[0].send(notify(message()))
    assert inside[0].frame()[0] == 103
    inside[1].sock.close()
    eventually(lambda: agent.figure("input_connections", input="spoe"), lambda n: n == 2)
    with peer(agent):
        pass


def test_ten_thousand_connections_cost_neither_service_nor_memory(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < 10_200:
        pytest.skip(f"this process may open {hard} files only; raise it with ulimit -n 20000")
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    agent = start_agent(recorder.port, spoe=", max_connections: 500")
    before = agent.figure("resident_bytes")
    crowd: list[socket.socket] = []
    try:
        with peer(agent) as early:
            for _ in range(10_000):
                crowd.append(socket.create_connection(("127.0.0.1", agent.ports["spoe"]), 10))
                crowd[-1].sendall(b"\x00\x00\x10")  # the beginning of a frame
            early.send(notify(message()))
            assert early.frame()[0] == 103
            eventually(lambda: agent.figure("closed_total"), lambda n: n >= 9_500, 10)
            assert agent.figure("input_connections", input="spoe") <= 500
            assert agent.figure("resident_bytes") - before < 32 * 1024 * 1024
    finally:
        for sock in crowd:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    with peer(agent) as late:
        late.send(notify(message()))
        assert late.frame()[0] == 103


def test_who_never_completes_a_message_is_closed(leap: Leap, agent: Agent) -> None:
    with peer(agent, greet=False) as silent, peer(agent) as slow:
        slow.send(b"\x00\x00\x10\x00\x03")
        eventually(lambda: agent.figure("held_bytes", input="spoe"), lambda n: n == 5)
        leap(0, 11)
        assert slow.ended()
        assert silent.ended()
    assert agent.figure("closed_total", input="spoe", reason="timeout") == 2


def test_incomplete_messages_have_a_bounded_memory(
    recorder: RecorderProcess, start_agent: StartAgent, stack: ExitStack
) -> None:
    """80 peers leave 1 MiB each behind; the agent sets 64 MiB aside."""
    agent = start_agent(recorder.port)
    before = agent.figure("resident_bytes")
    for _ in range(80):
        p = stack.enter_context(peer(agent, greet=False))
        p.send(hello(max_frame_size=2**20))
        assert p.frame()[0] == 101
        try:
            p.send((2**20).to_bytes(4, "big") + b"x" * 4 + b"\1" + b"x" * (2**20 - 6))
        except OSError:
            continue
    eventually(lambda: agent.figure("closed_total", reason="memory"), lambda n: n >= 10, 5)
    assert agent.figure("held_bytes") <= 64 * 1024 * 1024
    assert agent.figure("resident_bytes") - before < 160 * 1024 * 1024


def test_who_does_not_read_its_answers_is_not_read_either(agent: Agent) -> None:
    with peer(agent) as deaf:
        deaf.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sock.settimeout(1.0)
        flood = notify(message(headers=b"\r\n")) * 1_000_000
        before = agent.figure("resident_bytes")
        with pytest.raises(TimeoutError):
            deaf.send(flood)
        assert agent.figure("resident_bytes") - before < 64 * 1024 * 1024
    with peer(agent) as p:
        p.send(notify(message()))
        assert p.frame()[0] == 103
