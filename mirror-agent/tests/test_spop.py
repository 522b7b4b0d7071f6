"""SPOP as SPOE.txt has it, against a running agent; and what it does to those who break it."""

import pytest
from mirror_agent.spop.codec import Value, decode_pairs
from mirror_agent.spop.frames import NOTIFY, Status, frame
from mirror_recorder.testing import RecorderProcess

from .agent_process import Agent, Peer, hello, message, notify, pairs_of
from .conftest import StartAgent


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
