"""Hostile neighbours and clients: no request harms another's connection, account or time."""

import asyncio
import time
from base64 import b64encode

import pytest
from mirror_agent.account import Account
from mirror_agent.mirror import Mirror
from mirror_agent.request import Request
from mirror_agent.settings.model import Settings, Shadow
from mirror_agent.spop.codec import Value
from mirror_recorder.testing import RecorderProcess

from .agent_process import HEADERS, Agent, Peer, free_port, hello, message, notify
from .ring_lines import BLOCK, good_line, into_ring, line

MANY_DIGITS = b"9" * 400


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
