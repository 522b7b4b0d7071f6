"""SPOP as SPOE.txt has it, against a running agent; and what it does to those who break it."""

import resource
import socket
from contextlib import ExitStack

import pytest
from mirror_agent.spop.codec import Value, decode_pairs
from mirror_agent.spop.frames import NOTIFY, Status, frame

from tests.agent.agent_process import Agent, Peer, hello, message, notify, pairs_of
from tests.agent.conftest import StartAgent
from tests.recorder_process import RecorderProcess, eventually


def peer(agent: Agent, greet: bool = True) -> Peer:
    return Peer(agent.ports["spoe"], greet)


@pytest.mark.parametrize(("offered", "agreed"), [(16380, 16380), (256, 256), (2**31, 1048576)])
def test_hello_agrees_on_version_frame_size_and_capabilities(
    agent: Agent, offered: int, agreed: int
) -> None:
    with peer(agent, greet=False) as p:
        p.send(hello(max_frame_size=offered, supported_versions=b"1.0, 2.0"))
        kind, stream, number, payload = p.frame()
    assert (kind, stream, number) == (101, 0, 0)
    assert decode_pairs(payload, 0) == {
        b"version": b"2.0",
        b"max-frame-size": agreed,
        b"capabilities": b"pipelining",
    }


def test_hello_is_answered_in_one_piece(agent: Agent) -> None:
    with peer(agent, greet=False) as p:
        p.send(hello())
        answer = p.sock.recv(65536)
    assert int.from_bytes(answer[:4], "big") == len(answer) - 4


def test_a_health_check_is_answered_and_counted(agent: Agent) -> None:
    with peer(agent, greet=False) as p:
        p.send(hello(healthcheck=True))
        assert p.frame()[0] == 101
    assert agent.figure("healthchecks_total") == 1
    assert agent.figure("requests_total") == 0


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"supported_versions": None}, Status.NO_VERSION),
        ({"supported_versions": 2}, Status.NO_VERSION),
        ({"supported_versions": b"1.0,3.0"}, Status.BAD_VERSION),
        ({"max_frame_size": None}, Status.NO_MAX_FRAME_SIZE),
        ({"max_frame_size": 255}, Status.BAD_MAX_FRAME_SIZE),
        ({"max_frame_size": b"16380"}, Status.BAD_MAX_FRAME_SIZE),
        ({"max_frame_size": True}, Status.BAD_MAX_FRAME_SIZE),
        ({"capabilities": None}, Status.NO_CAPABILITIES),
    ],
)
def test_a_wrong_hello_is_told_why(agent: Agent, changes: dict[str, Value], status: Status) -> None:
    with peer(agent, greet=False) as p:
        p.send(hello(**changes))
        assert p.farewell() == status


@pytest.mark.parametrize("stream", [0, 1, 127, 128, 200, 239, 240, 2287, 2288, 2**32, 2**64 - 1])
def test_an_ack_repeats_the_ids_of_its_notify(agent: Agent, stream: int) -> None:
    with peer(agent) as p:
        p.send(notify(message(), stream, 7) + notify(message(), 5, stream))
        assert p.frame() == (103, stream, 7, b"")
        assert p.frame() == (103, 5, stream, b"")


def test_requests_are_acknowledged_in_order_however_they_are_cut(
    agent: Agent, recorder: RecorderProcess
) -> None:
    with peer(agent) as p:
        frames = b"".join(notify(message(target=b"/%d" % n), n) for n in range(1, 31))
        for start in range(0, len(frames), 7):
            p.send(frames[start : start + 7])
        assert [p.frame()[1] for _ in range(30)] == list(range(1, 31))
    agent.settled(30)
    targets = {entry["target"] for entry in recorder.journal()}
    assert targets == {f"/{n}" for n in range(1, 31)}


def test_a_request_is_acknowledged_while_the_shadow_hangs(
    agent: Agent, recorder: RecorderProcess
) -> None:
    recorder.faults(hang=True)
    with peer(agent) as p:
        for n in range(100):
            p.send(notify(message(), n))
            assert p.frame()[1] == n  # within the peer's deadline of 2 s, the shadow's is 5 s


def test_an_ack_can_set_a_variable(recorder: RecorderProcess, start_agent: StartAgent) -> None:
    agent = start_agent(recorder.port, spoe=", ack_variable: mirrored")
    with peer(agent) as p:
        p.send(notify(message()))
        assert p.frame()[3] == b"\x01\x03\x02\x08mirrored\x11"


def test_what_came_before_goodbye_is_acknowledged_and_mirrored(agent: Agent) -> None:
    with peer(agent) as p:
        p.send(notify(message()) + frame(2, pairs_of({b"status-code": 0, b"message": b"x"})))
        assert p.frame()[0] == 103
        assert p.farewell() == Status.NORMAL
    assert agent.settled(1)["sent"] == 1


@pytest.mark.parametrize(
    ("garbage", "status"),
    [
        (b"\xff\xff\xff\xff", Status.TOO_BIG),
        (b"\x00\x00\x40\x01", Status.TOO_BIG),
        (b"\x00\x00\x00\x00", Status.INVALID),
        (b"\x00\x00\x00\x06abcdef", Status.INVALID),
        (b"\x00\x00\x00\x09\x03\x00\x00\x00\x00\x01\x01ab", Status.FRAGMENTED),
        (b"\x00\x00\x00\x07\x00\x00\x00\x00\x01\x01\x01", Status.INVALID),
        (frame(103, b""), Status.INVALID),
        (frame(77, b""), Status.INVALID),
        (hello(), Status.INVALID),
        (frame(NOTIFY, b"", b"\xff" * 20), Status.INVALID),
        (frame(NOTIFY, b"", b"\x01\xff"), Status.INVALID),
    ],
)
def test_a_broken_frame_ends_its_connection_only(
    agent: Agent, garbage: bytes, status: Status
) -> None:
    with peer(agent) as bystander, peer(agent) as p:
        p.send(notify(message()) + garbage + b"\0" * 40)
        assert p.frame()[0] == 103
        assert p.farewell() == status
        bystander.send(notify(message()))
        assert bystander.frame()[0] == 103
    assert agent.settled(2)["sent"] == 2
    assert agent.figure("closed_total", reason=status.name.lower()) == 1


def test_a_request_before_hello_is_neither_acknowledged_nor_mirrored(agent: Agent) -> None:
    with peer(agent, greet=False) as p:
        p.send(notify(message()))
        assert p.farewell() == Status.INVALID
    assert agent.figure("requests_total") == 0


@pytest.mark.parametrize(
    "payload",
    [
        b"\x07request",
        b"\x07request\x05",
        message(method=None),
        message(target=None),
        message(headers=None),
        message(headers=b"host: a\r\n"),
        message(method=3),
        message(body=3),
        message(target=b"/ HTTP/1.1\r\nx: y\r\n\r\n"),
        message(headers=None, headers_bin=b"\x01"),
    ],
)
def test_a_message_without_a_request_is_acknowledged_and_counted(
    agent: Agent, payload: bytes
) -> None:
    with peer(agent) as p:
        p.send(notify(payload))
        assert p.frame()[0] == 103
    assert agent.settled(1)["dropped"] == 1
    assert agent.figure("dropped_total", reason="malformed") == 1


def test_the_arguments_of_spoa_mirror_are_understood(
    agent: Agent, recorder: RecorderProcess
) -> None:
    block = b"\x04host\x01a\x03x-a\x011\x03x-a\x012\x00\x00"
    payload = message(
        method=None, target=None, headers=None, body=None, announced=None,
        arg_method=b"GET", arg_path=b"/p?q", arg_ver=b"1.1", arg_hdrs=block, arg_body=b"",
    )  # fmt: skip
    with peer(agent) as p:
        p.send(notify(payload))
        assert p.frame()[0] == 103
    assert agent.settled(1)["sent"] == 1
    entry = recorder.entry()
    assert entry["target"] == "/p?q"
    assert entry["headers"][:3] == [["host", "a"], ["x-a", "1"], ["x-a", "2"]]


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


def test_who_never_completes_a_message_is_closed(agent: Agent) -> None:
    with peer(agent, greet=False) as silent, peer(agent) as slow:
        slow.send(b"\x00\x00\x10\x00\x03")
        for p in (silent, slow):
            p.sock.settimeout(15)
        assert slow.ended()
        assert silent.ended()
    assert agent.figure("closed_total", reason="timeout") == 2


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
        flood = notify(message(headers=b"\r\n")) * 500
        before = agent.figure("resident_bytes")
        with pytest.raises(TimeoutError):
            for _ in range(2_000):
                deaf.send(flood)
        assert agent.figure("resident_bytes") - before < 64 * 1024 * 1024
    with peer(agent) as p:
        p.send(notify(message()))
        assert p.frame()[0] == 103
