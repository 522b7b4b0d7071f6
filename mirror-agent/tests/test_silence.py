"""Peers that say nothing keep nobody else away."""

import asyncio
import select
import socket
import time
from contextlib import ExitStack, suppress

from mirror_agent.account import Account
from mirror_agent.inputs.connection import Bounds
from mirror_agent.inputs.ring import RingConnection, RingIntake
from mirror_agent.mirror import Mirror
from mirror_agent.settings.model import Settings, Shadow
from mirror_recorder.testing import RecorderProcess, eventually

from .agent_process import Agent, Peer
from .conftest import Leap, StartAgent
from .ring_lines import good_line, into_ring


def test_silent_connections_do_not_close_the_ring(
    leap: Leap, agent: Agent, stack: ExitStack
) -> None:
    for _ in range(64):
        stack.enter_context(into_ring(agent))
    eventually(lambda: agent.figure("input_connections", input="ring"), lambda n: n == 64)
    leap(0, 3)

    def late() -> float:
        with suppress(OSError):  # it may be refused for the first seconds
            stack.enter_context(into_ring(agent)).sendall(good_line(1))
        return agent.account()["received"]

    eventually(late, lambda received: received > 0, 10)
    assert agent.figure("closed_total", input="ring", reason="gave_way") >= 1


def test_a_ring_that_carried_something_does_not_give_way(
    leap: Leap, agent: Agent, stack: ExitStack
) -> None:
    ring = stack.enter_context(into_ring(agent))
    ring.sendall(good_line(1))
    agent.settled(1)
    for _ in range(63):
        stack.enter_context(into_ring(agent))
    eventually(lambda: agent.figure("input_connections", input="ring"), lambda n: n == 64)
    leap(0, 3)

    def newcomer() -> float:
        with suppress(OSError):  # it may be refused for the first seconds
            stack.enter_context(into_ring(agent))
        return agent.figure("closed_total", input="ring", reason="gave_way")

    eventually(newcomer, lambda n: n >= 3, 10)
    ring.sendall(good_line(2))
    assert agent.settled(2)["sent"] == 2


def test_greeted_and_idle_connections_give_way(
    recorder: RecorderProcess, leap: Leap, start_agent: StartAgent, stack: ExitStack
) -> None:
    agent = start_agent(recorder.port, spoe=", max_connections: 5")
    first = [stack.enter_context(Peer(agent.ports["spoe"])) for _ in range(5)]
    leap(0, 11)

    def greeted() -> bool:
        try:
            with Peer(agent.ports["spoe"]):
                return True
        except (OSError, EOFError):
            return False

    eventually(greeted, bool, 30)
    gone, _, _ = select.select([each.sock for each in first], [], [], 5)
    told = [each.farewell() for each in first if each.sock in gone]
    assert told[:1] == [0]  # HAProxy is told, so that it takes another connection


def test_silent_clients_do_not_close_metrics(agent: Agent, stack: ExitStack) -> None:
    for _ in range(50):
        stack.enter_context(socket.create_connection(("127.0.0.1", agent.ports["metrics"]), 5))
    started = time.monotonic()
    assert agent.get("/healthz")[0] == 200
    assert time.monotonic() - started < 4.0
    assert agent.figure("closed_total", input="metrics", reason="gave_way") >= 1


def test_silence_has_an_end(recorder: RecorderProcess) -> None:
    async def run() -> tuple[int, bytes]:
        account = Account()
        account.add_input("ring")
        ring = RingIntake("ring", Bounds(9, 2**20, 10.0, idle=0.1), account)
        ring.prepare(Mirror(Settings((Shadow("shadow", "127.0.0.1", recorder.port),)), account))
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: RingConnection(ring), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        reader, _ = await asyncio.open_connection("127.0.0.1", port)
        kept, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(good_line(1))
        ring.sweep()
        try:
            rest = await asyncio.wait_for(reader.read(), 10)
        except ConnectionResetError:
            rest = b""
        assert not kept.at_eof()
        ring.close()
        server.close()
        return account.closed["ring"]["idle"], rest

    assert asyncio.run(run()) == (1, b"")
