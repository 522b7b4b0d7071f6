"""Hostile neighbours and clients: no request harms another's connection, account or time."""

import asyncio
import select
import socket
import time
from base64 import b64encode
from contextlib import ExitStack, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror_agent.account import Account
from mirror_agent.inputs.connection import Bounds
from mirror_agent.inputs.ring import RingConnection, RingIntake
from mirror_agent.inputs.spoe import SpoeConnection, SpoeIntake
from mirror_agent.metrics import render
from mirror_agent.mirror import Mirror
from mirror_agent.request import Request
from mirror_agent.settings.model import Settings, Shadow
from mirror_agent.spop.codec import Value, encode_varint
from mirror_agent.spop.frames import NOTIFY, frame
from mirror_recorder.testing import RecorderProcess, eventually

from .agent_process import HEADERS, Agent, Peer, free_port, hello, message, notify
from .conftest import StartAgent

MANY_DIGITS = b"9" * 400
BLOCK = b64encode(HEADERS)


def line(*fields: bytes) -> bytes:
    text = b" ".join(fields) + b"\n"
    return b"%d %b" % (len(text), text)


def good_line(number: int) -> bytes:
    return line(b"m1", b"7", b"%d" % number, b"65536", b"0", b"GET", b64encode(b"/x"), BLOCK, b"-")


def into_ring(agent: Agent) -> socket.socket:
    return socket.create_connection(("127.0.0.1", agent.ports["ring"]), 5)


@pytest.mark.parametrize("field", [2, 3, 4])
def test_a_number_of_400_digits_is_malformed_and_harms_nothing(agent: Agent, field: int) -> None:
    fields = [b"m1", b"7", b"1", b"65536", b"0", b"GET", b64encode(b"/x"), BLOCK, b"-"]
    fields[field] = MANY_DIGITS
    with into_ring(agent) as ring:
        ring.sendall(line(*fields) + good_line(2))
        account = agent.settled(2)
    assert (account["sent"], agent.figure("dropped_total", reason="malformed")) == (1, 1)
    assert agent.get("/metrics")[0] == 200


@pytest.mark.parametrize("zeros", [b"", b"0"])
def test_a_content_length_of_5000_digits_ends_no_connection(agent: Agent, zeros: bytes) -> None:
    length = (zeros or b"7") * 5000 + b"5"
    headers = b"host: a\r\ncontent-length: " + length + b"\r\n\r\n"
    hostile = message(method=b"POST", headers=headers, body=b"hello", announced=5)
    with Peer(agent.ports["spoe"]) as peer:
        peer.send(notify(hostile, 1) + notify(message(), 2))
        assert [peer.frame()[1] for _ in range(2)] == [1, 2]
        peer.send(notify(message(), 3))
        assert peer.frame()[1] == 3
    account = agent.settled(3)
    assert account["sent"] == (3 if zeros else 2)  # leading zeros change no number
    assert agent.figure("dropped_total", reason="malformed") == (0 if zeros else 1)


def test_a_content_length_of_5000_digits_in_a_ring_ends_no_connection(agent: Agent) -> None:
    headers = b64encode(b"host: a\r\ncontent-length: " + b"7" * 5000 + b"\r\n\r\n")
    bad = line(b"m1", b"7", b"1", b"65536", b"5", b"POST", b64encode(b"/x"), headers, b"aGVsbG8=")
    with into_ring(agent) as ring:
        ring.sendall(bad + good_line(2))
        assert agent.settled(2)["sent"] == 1


def test_an_error_with_one_request_is_counted_and_the_account_stays_whole() -> None:
    class Hostile(bytes):
        def startswith(self, *_: object) -> bool:
            raise RuntimeError("unforeseen")

    async def run() -> tuple[Account, int]:
        account = Account()
        mirror = Mirror(Settings((Shadow("shadow", "127.0.0.1", free_port()),)), account)
        account.add_input("spoe")
        mirror.receive("spoe", Request(b"GET", Hostile(b"/x"), HEADERS))
        return account, mirror.in_flight()

    account, in_flight = asyncio.run(run())
    tally = account.shadows["shadow"]
    assert (account.errors, tally.received, tally.dropped["malformed"], in_flight) == (1, 1, 1, 0)


def test_a_frame_full_of_empty_messages_counts_once(agent: Agent) -> None:
    with Peer(agent.ports["spoe"], greet=False) as peer:
        peer.send(hello(max_frame_size=2**20))
        assert peer.frame()[0] == 101
        peer.send(notify(b"\0\0" * 524_000) + notify(message(), 2))
        assert [peer.frame()[1] for _ in range(2)] == [1, 2]
    assert agent.settled(2)["sent"] == 1
    assert agent.figure("dropped_total", reason="malformed") == 1


def test_thousands_of_frames_in_one_read_let_others_have_their_turn(agent: Agent) -> None:
    with Peer(agent.ports["spoe"]) as flood, Peer(agent.ports["spoe"]) as other:
        flood.send(notify(b"\x07request") * 5_000)
        other.send(notify(message()))
        assert other.frame()[0] == 103  # within the peer's deadline
        for _ in range(5_000):
            flood.frame()
    assert agent.settled(5_001)["dropped"] == 5_000


def test_a_connection_that_ends_loses_nothing_that_was_acknowledged(agent: Agent) -> None:
    with Peer(agent.ports["spoe"]) as peer:
        peer.send(notify(message()) * 1000)
        for _ in range(1000):
            peer.frame()
    agent.settled(1000)


def test_naming_thousands_of_headers_in_connection_costs_no_time(agent: Agent) -> None:
    names = b",".join(b"x%d" % n for n in range(60_000))
    headers = b"host: a\r\nconnection: " + names + b"\r\nx5: 1\r\n\r\n"
    with Peer(agent.ports["spoe"], greet=False) as peer:
        peer.send(hello(max_frame_size=2**20))
        assert peer.frame()[0] == 101
        peer.send(notify(message(headers=headers)) * 3)
        started = time.monotonic()
        agent.settled(3)
        assert time.monotonic() - started < 4.0


def test_what_haproxy_refused_unread_is_not_received(agent: Agent) -> None:
    refused = line(b"m2", b"7", b"-", b"65536", b"-", b"-", b"-", b"-", b"-", b"-")
    with into_ring(agent) as ring:
        ring.sendall(good_line(1) + refused * 3 + good_line(2))
        assert agent.settled(2)["sent"] == 2
    assert agent.figure("ring_refused_total") == 3
    assert agent.figure("ring_lost_total") == 0


@pytest.mark.parametrize("body", [b"", b"half"])
def test_an_upload_that_was_broken_off_is_not_copied(agent: Agent, body: bytes) -> None:
    chunked = b"host: a\r\ntransfer-encoding: chunked\r\n\r\n"
    whole: dict[str, Value] = {
        "method": b"POST",
        "headers": chunked,
        "body": body,
        "announced": len(body),
    }
    with Peer(agent.ports["spoe"]) as peer:
        for n, flag in enumerate((False, True)):
            peer.send(notify(message(**whole, whole=flag), n))
            peer.frame()
    coded = (b"POST", b64encode(b"/x"), b64encode(chunked), b64encode(body) or b"-")
    with into_ring(agent) as ring:
        for n, text in enumerate((b"0", b"1"), 1):
            ring.sendall(line(b"m2", b"7", b"%d" % n, b"65536", b"%d" % len(body), text, *coded))
        assert agent.settled(4)["sent"] == 2
    assert agent.figure("dropped_total", reason="cut") == 2


def test_a_copy_that_comes_back_without_its_marker_is_not_copied_again(
    agent: Agent, recorder: RecorderProcess
) -> None:
    with Peer(agent.ports["spoe"]) as peer:
        peer.send(notify(message()))
        peer.frame()
        copy = recorder.entry()["headers"]
        lines = [f"{name}: {value}\r\n" for name, value in copy if name != "X-Mirrored-By"]
        assert len(lines) < len(copy)
        peer.send(notify(message(headers=("".join(lines).lower() + "\r\n").encode())))
        peer.frame()
        assert agent.settled(2)["sent"] == 1
        peer.send(notify(message(headers=b"host: a\r\nx-mirror-passed: forged\r\n\r\n")))
        peer.frame()
        assert agent.settled(3)["sent"] == 2
    assert agent.figure("dropped_total", reason="loop") == 1


# Silence.


def test_silent_connections_do_not_close_the_ring(agent: Agent, stack: ExitStack) -> None:
    for _ in range(64):
        stack.enter_context(into_ring(agent))

    def late() -> float:
        with suppress(OSError):  # it may be refused for the first seconds
            stack.enter_context(into_ring(agent)).sendall(good_line(1))
        return agent.account()["received"]

    eventually(late, lambda received: received > 0, 10)
    assert agent.figure("closed_total", input="ring", reason="gave_way") >= 1


def test_a_ring_that_carried_something_does_not_give_way(agent: Agent, stack: ExitStack) -> None:
    ring = stack.enter_context(into_ring(agent))
    ring.sendall(good_line(1))
    agent.settled(1)
    for _ in range(63):
        stack.enter_context(into_ring(agent))

    def newcomer() -> float:
        with suppress(OSError):  # it may be refused for the first seconds
            stack.enter_context(into_ring(agent))
        return agent.figure("closed_total", input="ring", reason="gave_way")

    eventually(newcomer, lambda n: n >= 3, 10)
    ring.sendall(good_line(2))
    assert agent.settled(2)["sent"] == 2


def test_greeted_and_idle_connections_give_way(
    recorder: RecorderProcess, start_agent: StartAgent, stack: ExitStack
) -> None:
    agent = start_agent(recorder.port, spoe=", max_connections: 5")
    first = [stack.enter_context(Peer(agent.ports["spoe"])) for _ in range(5)]

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


# Whatever comes in, the account is whole.

SMALL = st.binary(max_size=12)
NUMBERS = st.one_of(
    st.integers(-5, 10**20).map(lambda n: b"%d" % n),
    st.sampled_from([b"-", b"0" * 5000, b"9" * 5000, b"1e9", b"+1", b"1_0", b"\xb2"]),
)
TEXTS = st.one_of(
    st.sampled_from([b"-", b"L3g=", BLOCK, b64encode(b"content-length: " + b"9" * 5000)]),
    SMALL.map(b64encode),
    SMALL,
)
FLAGS = st.sampled_from([b"0", b"1", b"-", b"x"])
M1 = st.tuples(st.just(b"m1"), SMALL, NUMBERS, NUMBERS, NUMBERS, SMALL, TEXTS, TEXTS, TEXTS)
M2 = st.tuples(st.just(b"m2"), SMALL, NUMBERS, NUMBERS, NUMBERS, FLAGS, SMALL, TEXTS, TEXTS, TEXTS)
LINES = st.lists(st.one_of(M1, M2, st.tuples(NUMBERS, st.just(b"events dropped")), M1.map(
    lambda fields: fields[:4])), max_size=5)  # fmt: skip

LENGTHS = st.one_of(st.integers(0, 300), st.integers(0, 2**64 - 1)).map(encode_varint)
NAMES = st.sampled_from(
    [b"request", b"method", b"target", b"headers", b"body", b"announced", b"whole"]
)
TYPED = st.one_of(
    st.tuples(st.sampled_from([b"\x08", b"\x09"]), LENGTHS, SMALL).map(b"".join),
    st.tuples(st.binary(min_size=1, max_size=1), LENGTHS).map(b"".join),
    SMALL.map(lambda text: b"\x08" + encode_varint(len(text)) + text),
    st.sampled_from([b"\x08\x03GET", b"\x08\x02/x", b"\x04\x05", b"\x11", b"\x01"]),
)
ARGUMENTS = st.lists(st.tuples(NAMES, TYPED), max_size=8)


def _message(arguments: list[tuple[bytes, bytes]], count: int) -> bytes:
    named = [bytes((len(name),)) + name + value for name, value in arguments]
    return b"\x07request" + bytes((count % 256,)) + b"".join(named)


MESSAGES = st.lists(st.builds(_message, ARGUMENTS, st.integers(0, 255)), max_size=3).map(b"".join)
FRAMES = st.lists(
    st.builds(lambda payload, ids: frame(NOTIFY, payload, ids), MESSAGES, SMALL), max_size=5
)


def _balanced(account: Account, mirror: Mirror) -> bool:
    tally = account.shadows["shadow"]
    render(account.figures())
    total = sum(account.requests.values())
    return tally.received == total == tally.settled() + mirror.in_flight()


@settings(max_examples=150, deadline=None)
@given(LINES, st.data())
def test_ring_lines_by_grammar_keep_the_account_whole(
    lines: list[tuple[bytes, ...]], data: st.DataObject
) -> None:
    stream = b"".join(line(*fields) for fields in lines)
    cut = data.draw(st.integers(0, len(stream)))

    async def run() -> None:
        account = Account()
        account.add_input("ring")
        intake = RingIntake("ring", Bounds(9, 2**20, 10.0), account)
        intake.prepare(mirror := Mirror(Settings((Shadow("shadow", "127.0.0.1", 9),)), account))
        connection = RingConnection(intake)
        for piece in (stream[:cut], stream[cut:]):
            connection.data_received(piece)
        intake.settle()
        assert _balanced(account, mirror)
        await mirror.drain(0)
        assert _balanced(account, mirror)

    asyncio.run(run())


@settings(max_examples=150, deadline=None)
@given(FRAMES)
def test_frames_with_hostile_lengths_keep_the_account_whole(frames: list[bytes]) -> None:
    async def run() -> None:
        account = Account()
        account.add_input("spoe")
        intake = SpoeIntake("spoe", Bounds(9, 2**20, 10.0), account)
        mirror = Mirror(Settings((Shadow("shadow", "127.0.0.1", 9),)), account)
        intake.prepare(mirror, 2**20, None)
        connection = SpoeConnection(intake)
        connection.data_received(hello())
        for each in frames:
            connection.data_received(each)
        assert _balanced(account, mirror)
        await mirror.drain(0)
        assert _balanced(account, mirror)

    asyncio.run(run())
