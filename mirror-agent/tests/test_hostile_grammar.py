"""Lines by grammar and frames with hostile lengths: the account stays whole."""

import asyncio
from base64 import b64encode

from hypothesis import given, settings
from hypothesis import strategies as st
from mirror_agent.account import Account
from mirror_agent.inputs.connection import Bounds
from mirror_agent.inputs.ring import RingConnection, RingIntake
from mirror_agent.inputs.spoe import SpoeConnection, SpoeIntake
from mirror_agent.metrics import render
from mirror_agent.mirror import Mirror
from mirror_agent.settings.model import Settings, Shadow
from mirror_agent.spop.codec import encode_varint
from mirror_agent.spop.frames import NOTIFY, frame

from .agent_process import hello
from .ring_lines import BLOCK, line

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
