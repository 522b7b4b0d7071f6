"""Bodies of copies."""

from collections.abc import Iterator

import pytest
from mirror_recorder.testing import eventually

from .both import Both, sha256

pytestmark = pytest.mark.stack


@pytest.mark.parametrize(
    "body",
    [
        b"x",
        bytes(range(256)) * 16,
        b"\r\n\r\n0\r\n\r\n",
        b"a" * 16384,
        b"b" * 65536,
        bytes(range(251)) * 4200,
        b"c" * (10 << 20),
    ],
    ids=["1B", "binary", "breaks", "16KB", "64KB", "1MB", "10MB"],
)
def test_bodies_are_copied_byte_for_byte(both: Both, body: bytes) -> None:
    _, name = both.ask("POST", "/api/v1/body", body)
    copy, original = both.copy(name), both.original(name)
    assert (copy["framing"], copy["length"], copy["sha256"]) == ("length", len(body), sha256(body))
    assert original["sha256"] == sha256(body)


@pytest.mark.parametrize("sizes", [[], [1], [1] * 300, [7, 4096, 1, 16384, 100_000, 3]])
def test_chunked_bodies_are_copied_with_a_length(both: Both, sizes: list[int]) -> None:
    pieces = [bytes([number % 256]) * size for number, size in enumerate(sizes)]
    _, name = both.ask("PUT", "/api/v1/chunked", iter(pieces))
    copy, original = both.copy(name), both.original(name)
    whole = b"".join(pieces)
    assert (copy["framing"], copy["length"], copy["sha256"]) == (
        "length", len(whole), sha256(whole),
    )  # fmt: skip
    assert (original["framing"], original["sha256"]) == ("chunked", sha256(whole))


def test_a_body_that_comes_slowly_is_copied_when_it_is_whole(both: Both) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"first"
        (entry,) = eventually(lambda: both.primary.journal("slow"), bool)
        assert entry["state"] == "receiving"
        assert not both.shadow.journal("slow")
        yield b"last"

    with both.gateway.client() as client:
        client.connection.putrequest("POST", "/api/v1/slow")
        client.connection.putheader("X-Request-Id", "slow")
        client.connection.putheader("Transfer-Encoding", "chunked")
        client.connection.endheaders(pieces(), encode_chunked=True)
        client.connection.getresponse().read()
    assert both.copy("slow")["sha256"] == sha256(b"firstlast")
