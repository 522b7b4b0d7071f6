"""SPOP's data types: against the examples of SPOE.txt, and by properties."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror_agent.spop import codec
from mirror_agent.spop.codec import CodecError

numbers = st.integers(0, 2**64 - 1)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.binary(max_size=600),
    st.ip_addresses(),
)


# The ranges of SPOE.txt, section 3.1.
@pytest.mark.parametrize(
    ("number", "size"),
    [(0, 1), (239, 1), (240, 2), (2287, 2), (2288, 3), (264431, 3), (264432, 4), (33818863, 4)],
)
def test_a_number_takes_as_many_bytes_as_the_specification_says(number: int, size: int) -> None:
    assert len(codec.encode_varint(number)) == size


def test_known_encodings() -> None:
    assert codec.encode_varint(239) == b"\xef"
    assert codec.encode_varint(240) == b"\xf0\x00"
    assert codec.encode_varint(128) == b"\x80"  # one byte, unlike protobuf
    assert codec.encode_varint(2288) == b"\xf0\x80\x00"


@given(numbers, st.binary(max_size=3))
def test_a_number_survives_and_what_follows_is_not_touched(number: int, rest: bytes) -> None:
    encoded = codec.encode_varint(number)
    assert codec.decode_varint(encoded + rest, 0) == (number, len(encoded))


@pytest.mark.parametrize("number", [-1, 2**64])
def test_a_number_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(CodecError):
        codec.encode_varint(number)


@pytest.mark.parametrize("encoded", [b"", b"\xff", b"\xff\x80", b"\xff" * 30])
def test_a_cut_or_endless_number_is_refused(encoded: bytes) -> None:
    with pytest.raises(CodecError):
        codec.decode_varint(encoded, 0)


@given(values)
def test_typed_data_survives(value: codec.Value) -> None:
    encoded = codec.encode_value(value)
    assert codec.decode_value(encoded, 0) == (value, len(encoded))


def test_addresses_and_small_types_as_haproxy_writes_them() -> None:
    assert codec.decode_value(b"\x06\x7f\x00\x00\x01", 0)[0] == ipaddress.ip_address("127.0.0.1")
    assert codec.decode_value(b"\x11", 0)[0] is True
    assert codec.decode_value(b"\x01", 0)[0] is False
    assert codec.decode_value(b"\x03\xfc\xf0\x06", 0)[0] == 16380
    assert codec.decode_value(b"\x02" + codec.encode_varint(2**64 - 5), 0)[0] == -5
    assert codec.decode_value(b"\x09\x02ab", 0)[0] == b"ab"


@given(
    st.lists(
        st.tuples(st.binary(max_size=300), st.dictionaries(st.binary(max_size=250), values)),
        max_size=32,
    )
)
def test_messages_survive(messages: list[tuple[bytes, dict[bytes, codec.Value]]]) -> None:
    payload = b"".join(
        codec.encode_string(name)
        + bytes((len(arguments),))
        + codec.encode_pairs({key: codec.encode_value(v) for key, v in arguments.items()})
        for name, arguments in messages
    )
    assert codec.decode_messages(payload) == messages


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_never_breaks_a_decoder(garbage: bytes) -> None:
    for decode in (
        codec.decode_messages,
        codec.decode_header_list,
        lambda data: codec.decode_pairs(data, 0),
        lambda data: codec.decode_value(data, 0),
    ):
        try:
            decode(garbage)
        except CodecError:
            continue


@given(st.binary(max_size=100), st.data())
def test_a_truncated_string_is_refused(text: bytes, data: st.DataObject) -> None:
    encoded = codec.encode_string(text)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    with pytest.raises(CodecError):
        codec.decode_string(encoded[:cut], 0)


def test_the_binary_header_list_keeps_order_and_repeats() -> None:
    block = b"".join(map(codec.encode_string, (b"a", b"1", b"b", b"", b"a", b"2", b"", b"")))
    assert codec.decode_header_list(block) == [(b"a", b"1"), (b"b", b""), (b"a", b"2")]
    with pytest.raises(CodecError):
        codec.decode_header_list(block[:-2])
