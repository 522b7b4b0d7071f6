import json

import pytest

from features.support.wire.payloads import BODIES, HEADERS, filled

SIZES = {"an empty body": 0, "1 byte": 1, "64 KB": 65536, "1 MB": 2**20, "10 MB": 10 * 2**20}


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 10_000])
def test_a_filled_body_has_its_size_and_every_byte_value(size: int) -> None:
    assert len(filled(size)) == size
    assert len(set(filled(size))) == min(size, 256)


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_a_body_is_as_large_as_its_name_says(name: str, size: int) -> None:
    body = BODIES[name]()
    assert len(body.content or b"") == size
    assert not body.chunked


def test_no_body_is_none() -> None:
    assert BODIES["no body"]().content is None
    assert BODIES["an empty body"]().content == b""


def test_every_byte_value_is_there() -> None:
    assert sorted(BODIES["every byte value"]().content or b"") == list(range(256))


@pytest.mark.parametrize("size", ["64 KB", "1 MB"])
def test_a_body_in_chunks_is_the_same_body(size: str) -> None:
    whole, chunked = BODIES[size](), BODIES[f"{size} in chunks"]()
    assert chunked.chunked
    assert chunked.content == whole.content


def test_the_order_is_json_with_more_than_ascii() -> None:
    order = BODIES["an order as JSON"]()
    assert json.loads(order.content or b"")["order"] == 4711
    assert not (order.content or b"").isascii()
    assert order.headers == (("Content-Type", "application/json"),)


def test_headers_are_what_their_names_say() -> None:
    repeated = [name for name, _ in HEADERS["repeated headers"]]
    assert len(set(repeated)) < len(repeated)
    assert repeated != sorted(repeated), "a gateway that sorts headers would not be noticed"
    assert len(dict(HEADERS["forty headers"])) == 40
    assert len(HEADERS["a header of 4 KB"][0][1]) == 4096
    assert {"Authorization", "Cookie", "Proxy-Authorization"} == set(dict(HEADERS["credentials"]))
    assert any(not value for _, value in HEADERS["unusual headers"])
