"""Requests from SPOP messages: the usual one is read in a way of its own, to the same end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror_agent.inputs.message import MalformedError, requests, usual
from mirror_agent.request import Request
from mirror_agent.spop.codec import encode_string, encode_varint

# As HAProxy 2.8 wrote it for `curl -d hello` with the message of mirror.spoe.
RECORDED = (
    b"\x07request\x06\x06method\x08\x04POST\x06target\x08\x07/api/v1\x07headers\x08\x39"
    b"content-length: 5\r\nhost: 127.0.0.1:45713\r\naccept: */*\r\n\r\n"
    b"\x04body\t\x05hello\tannounced\x04\x05\x05whole\x11"
)
texts = st.binary(max_size=600)


def fields(request: Request) -> tuple[object, ...]:
    return tuple(getattr(request, name) for name in Request.__slots__)


def written(
    method: bytes, target: bytes, headers: bytes, body: bytes, announced: int, whole: bool
) -> bytes:
    """The message of mirror.spoe, as HAProxy writes it."""
    return b"".join(
        (
            b"\x07request\x06",
            b"\x06method\x08" + encode_string(method),
            b"\x06target\x08" + encode_string(target),
            b"\x07headers\x08" + encode_string(headers),
            b"\x04body\x09" + encode_string(body),
            b"\x09announced\x04" + encode_varint(announced),
            b"\x05whole" + (b"\x11" if whole else b"\x01"),
        )
    )


def agree(payload: bytes) -> bool:
    """Whether the usual way read it; if so it saw what the other way sees."""
    seen = usual(payload, 16384)
    if seen is None:
        return False
    (other,) = requests(payload, 16384)
    assert isinstance(other, Request)
    assert fields(seen) == fields(other)
    return True


def test_what_haproxy_writes_is_read_in_the_usual_way() -> None:
    request = usual(RECORDED, 16384)
    assert request is not None
    assert (request.method, request.target) == (b"POST", b"/api/v1")
    assert request.headers.startswith(b"content-length: 5\r\n")
    assert request.headers.endswith(b"accept: */*\r\n\r\n")
    assert (request.body, request.announced, request.whole) == (b"hello", 5, True)


@given(texts, texts, texts, texts, st.integers(0, 2**64 - 1), st.booleans())
def test_both_ways_read_the_same(
    method: bytes, target: bytes, headers: bytes, body: bytes, announced: int, whole: bool
) -> None:
    payload = written(method, target, headers, body, announced, whole)
    assert agree(payload) == (bool(method and target) and announced < 2**63)


@given(st.data())
def test_a_damaged_message_is_never_read_differently(data: st.DataObject) -> None:
    damaged = bytearray(RECORDED)
    for position in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=3)):
        damaged[position] = data.draw(st.integers(0, 255))
    agree(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    agree(bytes(damaged) + data.draw(st.binary(max_size=3)))


@pytest.mark.parametrize("payload", [b"\x07request", b"\x07request\x01\x06method\x08\x09GET"])
def test_what_ends_too_early_holds_no_request(payload: bytes) -> None:
    assert usual(payload, 0) is None
    assert [type(each) for each in requests(payload, 0)] == [MalformedError]
