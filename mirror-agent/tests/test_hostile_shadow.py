"""Hostile shadows: every copy has one place in the account, every connection an end."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror_agent.sender.answer import Answer, BadAnswer
from mirror_agent.sender.connection import ShadowConnection
from mirror_agent.sender.limit import FIRST, Limit, sufficient
from mirror_recorder.testing import RecorderProcess, eventually

from .agent_process import Agent, Peer, hello, message, notify
from .conftest import StartAgent
from .test_answer import CHUNKED, CONTINUE, HEAD, LENGTH, TRAILERS

INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
COPY = b"GET / HTTP/1.1\r\n\r\n"

PIECES = st.sampled_from(
    [
        LENGTH, CHUNKED, TRAILERS, CONTINUE, HEAD, INTERIM, INTERIM * 20, b"\r\n", b"\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"5\r\nhello\r\n", b"0\r\n\r\n",
        HEAD + b"Content-Length: 99999999999999999999\r\n\r\n", b"Content-Length: 5\r\n",
        b"HTTP/1.1 204 No\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n", b"x" * 300,
    ]
)  # fmt: skip


class Places:
    """Counts where copies ended, as a pool does."""

    def __init__(self) -> None:
        self.copies = 0

    def answered(self, _status: int, _since: float) -> None:
        self.copies += 1

    def failed(self, _reason: str, _detail: str) -> None:
        self.copies += 1

    def made(self, connection: ShadowConnection) -> None:
        pass

    def free(self, connection: ShadowConnection) -> None:
        pass

    def gone(self, connection: ShadowConnection) -> None:
        pass


def _ends(*pieces: bytes) -> int:
    """How many places one copy has after an answer in pieces and the connection's end."""
    places = Places()
    connection = ShadowConnection(places, 1000)
    connection.send(COPY, 0.0)
    for piece in pieces:
        if piece:
            connection.data_received(piece)
    connection.connection_lost(None)
    return places.copies


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=4).map(b"".join))
def test_a_copy_has_one_place_wherever_its_answer_is_cut(answer: bytes) -> None:
    for cut in range(len(answer) + 1):
        assert _ends(answer[:cut]) == 1, "the connection ended here"
        assert _ends(answer[:cut], answer[cut:]) == 1, "the rest came in a second read"


def test_a_malformed_chunk_in_the_same_read_as_the_head_counts_as_sent(
    start_agent: StartAgent, stack: ExitStack
) -> None:
    port = serve(
        stack, lambda sock: _answer(sock, HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")
    )
    agent = start_agent(port)
    ask(agent, 20)
    assert agent.settled(20)["sent"] == 20


@pytest.mark.parametrize(("interim", "good"), [(16, True), (17, False), (50_000, False)])
def test_interim_answers_are_bounded(interim: int, good: bool) -> None:
    answer = Answer()
    answer.begin(head_only=False)
    if good:
        assert answer.feed(INTERIM * interim + LENGTH)
        return
    with pytest.raises(BadAnswer):
        answer.feed(INTERIM * interim + LENGTH)


def test_interim_answers_are_bounded_in_any_pieces() -> None:
    answer = Answer()
    answer.begin(head_only=False)
    *first, last = INTERIM * 17
    for byte in first:
        assert not answer.feed(bytes((byte,)))
    with pytest.raises(BadAnswer):
        answer.feed(bytes((last,)))


def test_small_chunks_are_bounded() -> None:
    answer = Answer()
    answer.begin(head_only=False)
    with pytest.raises(BadAnswer):
        answer.feed(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 1025)


def test_a_flood_of_interim_answers_costs_others_no_time(
    start_agent: StartAgent, stack: ExitStack
) -> None:
    port = serve(stack, lambda sock: _answer(sock, INTERIM * 40_000))
    agent = start_agent(port, shadow=", circuit: {failures: 1000000}")
    ask(agent, 20)
    assert agent.settled(20)["failed"] == 20


def ask(agent: Agent, count: int, body: bytes = b"") -> None:
    with Peer(agent.ports["spoe"], greet=False) as peer:
        peer.send(hello(max_frame_size=2**20))
        assert peer.frame()[0] == 101
        payload = message(method=b"POST", body=body, announced=len(body))
        for n in range(count):
            peer.send(notify(payload, n))
            assert peer.frame()[1] == n


def _answer(sock: socket.socket, answer: bytes) -> None:
    with sock:
        sock.recv(65536)
        with suppress(OSError):
            sock.sendall(answer)


def serve(stack: ExitStack, handle: Callable[[socket.socket], None], port: int = 0) -> int:
    """A shadow whose connections are handled by a function, a thread each; returns its port."""
    server = stack.enter_context(socket.create_server(("127.0.0.1", port)))

    def accept() -> None:
        while True:
            try:
                sock, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=handle, args=(sock,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return int(server.getsockname()[1])


def test_a_shadow_that_closes_its_half_and_does_not_read_keeps_no_connection(
    start_agent: StartAgent, stack: ExitStack
) -> None:
    held: list[socket.socket] = []
    hostile = True

    def handle(sock: socket.socket) -> None:
        held.append(sock)
        while not hostile:
            if not sock.recv(2**20):
                return
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        sock.shutdown(socket.SHUT_WR)

    port = serve(stack, handle)
    more = ", connections: 4, answer_timeout: 1s, circuit: {failures: 3, retry: 100ms}"
    agent = start_agent(port, shadow=more)
    ask(agent, 12, b"x" * 900_000)
    agent.settled(12)
    eventually(lambda: agent.figure("connections"), lambda n: n <= 1, 5)
    hostile = False

    def copied() -> float:
        ask(agent, 1)
        return agent.figure("sent_total")

    eventually(copied, lambda sent: sent >= 3, 5)
    for sock in held:
        sock.close()


def test_a_connection_that_is_stuck_does_not_hold_up_the_circuits_trial(
    start_agent: StartAgent, stack: ExitStack
) -> None:
    """Some copies hang for long while the shadow is well again for all others."""
    hang = True
    held = []

    def handle(sock: socket.socket) -> None:
        held.append(sock)
        while data := sock.recv(65536):
            if hang and b"/hang" in data:
                return
            if hang:
                sock.close()
                return
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    port = serve(stack, handle)
    more = ", answer_timeout: 60s, circuit: {failures: 2, retry: 100ms}"
    agent = start_agent(port, shadow=more)
    with Peer(agent.ports["spoe"]) as peer:
        peer.send(notify(message(target=b"/hang")))
        peer.frame()
        eventually(lambda: agent.figure("connections"), lambda n: n == 1)
        for n in range(3):
            peer.send(notify(message(), n))
            peer.frame()
        eventually(lambda: agent.figure("failed_total"), lambda n: n >= 2)
        hang = False

        def copied() -> float:
            peer.send(notify(message()))
            peer.frame()
            return agent.figure("sent_total")

        eventually(copied, lambda sent: sent >= 5, 5)
    assert agent.account()["in_flight"] == 1  # the stuck one


# A late shadow.


def test_a_late_shadow_gets_all_copies(recorder: RecorderProcess, start_agent: StartAgent) -> None:
    """300 copies a second, answered after half a second, need 150 connections."""
    agent = start_agent(recorder.port)
    recorder.faults(delay=0.5)
    with Peer(agent.ports["spoe"]) as peer:
        begun = time.monotonic()
        for n in range(900):
            due = begun + n / 300
            while time.monotonic() < due:
                time.sleep(0.001)
            peer.send(notify(message(), n))
            peer.frame()
    assert agent.settled(900)["sent"] == 900
    assert agent.figure("connections_limit") > FIRST


def test_a_want_of_connections_says_how_many_would_do(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port, shadow=", connections: 4, queue: {time: 400ms}")
    recorder.faults(delay=0.2)
    with Peer(agent.ports["spoe"]) as peer:
        begun = time.monotonic()
        for n in range(400):
            while time.monotonic() < begun + n / 100:
                time.sleep(0.001)
            peer.send(notify(message(), n))
            peer.frame()
    account = agent.settled(400)
    assert agent.figure("dropped_total", reason="queue_time") == account["dropped"] > 0
    # 100 a second times 0.2 s, with a tenth in reserve; half as much again for a busy machine
    assert 15 <= agent.figure("connections_wanted") <= 35
    assert agent.log("copies dropped for want of connections")[0]["hint"].startswith("set `conn")


def test_drops_of_a_full_queue_are_logged(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port, shadow=", connections: 1, queue: {items: 5}")
    recorder.faults(hang=True)
    ask(agent, 100)
    eventually(lambda: agent.log("copies dropped for want of connections"), bool, 5)
    assert agent.log("copies dropped for want of connections")[0]["queue_full"] > 0


def _grown(delay: Callable[[int], float], rate: float, seconds: float) -> int:
    """The limit after some seconds in which copies always wait, by the time of an answer."""
    limit, now, sent, total = Limit(2048, 0.0), 0.0, 0.0, 0.0
    while now < seconds:
        now += 0.1
        done = min(limit.now / delay(limit.now), rate) * 0.1
        sent, total = sent + done, total + done * delay(limit.now)
        limit.look(now, True, int(sent), total)
    return limit.now


def test_connections_grow_for_a_shadow_that_is_far_away() -> None:
    assert _grown(lambda _: 0.5, 1e9, 5.0) == 2048


def test_connections_do_not_grow_for_a_shadow_that_is_overloaded() -> None:
    assert _grown(lambda connections: connections / 100, 1e9, 60.0) <= 2 * FIRST


def test_what_suffices_is_rate_times_delay() -> None:
    assert sufficient(2000, 0.5) == 1100
    assert sufficient(0, 0.5) == 1
