import json

from features.support.wire.payloads import BODIES, HEADERS, filled

SIZES = {"an empty body": 0, "1 byte": 1, "64 KB": 65536, "1 MB": 2**20, "10 MB": 10 * 2**20}


def test_a_body_is_as_large_as_its_name_says() -> None:
    for name, size in SIZES.items():
        content = BODIES[name]().content or b""
        assert (len(content), len(set(content))) == (size, min(size, 256)), name


def test_a_filled_body_repeats_nothing() -> None:
    body = filled(65_536)
    assert len({body[at : at + 16] for at in range(0, len(body), 16)}) == 4096
    assert filled(65_536) == body
    assert [len(filled(size)) for size in (0, 1, 257)] == [0, 1, 257]


def test_no_body_is_none() -> None:
    assert BODIES["no body"]().content is None
    assert BODIES["an empty body"]().content == b""
    assert sorted(BODIES["every byte value"]().content or b"") == list(range(256))


def test_a_body_in_chunks_is_the_same_body() -> None:
    whole, chunked = BODIES["64 KB"](), BODIES["64 KB in chunks"]()
    assert (whole.chunked, chunked.chunked) == (False, True)
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
