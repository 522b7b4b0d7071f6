"""What GoReplay's copies are: which requests have one, and what is in it."""

import math
import socket

import pytest

from .conftest import GoReplay, StartRig
from .rig import Body, digest, eventually

pytestmark = pytest.mark.stack
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE")
HOP = {"x-route", "connection"}


def names_and_values(entry: dict[str, list[list[str]]], without: set[str]) -> list[tuple[str, str]]:
    return [(n.lower(), v) for n, v in entry["headers"] if n.lower() not in without]


def test_each_request_is_copied_once_however_many_come_on_a_connection(rig: GoReplay) -> None:
    client = rig.client()
    answers = [client.send("GET", f"/api/v1/orders/{n}") for n in range(200)]
    assert len(rig.copies(answers)) == 200
    assert rig.primary.counters()["connections"] < 50


def test_other_routes_refused_requests_and_health_checks_are_not_copied(rig: GoReplay) -> None:
    client = rig.client()
    before = rig.account()["received"]
    answers = [client.send("GET", "/api/v3/orders"), client.send("POST", "/api/v3/orders")]
    answers += [client.send("GET", "/elsewhere"), client.send("BREW", "/api/v1")]
    assert [answer.status for answer in answers] == [200, 200, 404, 405]
    rig.settle()
    assert len(rig.shadow.entries()) == 1
    assert rig.account()["received"] == before + 3, "v3 is received, and has no share"


def test_methods_and_bodies_are_kept(rig: GoReplay) -> None:
    client = rig.client()
    body = bytes(range(256))
    # A body of PURGE, whose beginning GoReplay does not know, is copied or not as packets fall.
    without = ("HEAD", "PURGE")
    sent = {client.send(m, "/api/v1/x", body=None if m in without else body): m for m in METHODS}
    copies = rig.copies(sent)
    for answer, method in sent.items():
        copy = copies[answer.id]
        wanted = digest(b"" if method in without else body)
        assert (copy["method"], copy["target"], copy["sha256"]) == (method, "/api/v1/x", wanted)


def test_headers_are_kept_but_for_their_order_and_spelling(rig: GoReplay) -> None:
    headers = [
        ("User-Agent", "shop/1.0"),
        ("Accept-Encoding", "br"),
        ("X-Tag", "b"),
        ("Accept", "text/html"),
        ("X-Tag", "a"),
        ("X-Empty", ""),
        ("X_Under-score", "1"),
        ("Host", "Orders.Example:8443"),
    ]
    answer = rig.client().send("GET", "/api/v1/x", headers)
    copy = rig.copies([answer])[answer.id]
    (original,) = rig.primary.entries(answer.id)
    sent = names_and_values(original, HOP)
    received = names_and_values(copy, {"x-mirrored-by"})
    assert sorted(received) == sorted(sent)
    assert [v for n, v in received if n == "x-tag"] == ["b", "a"]
    assert [n for n, _ in received] != [n for n, _ in sent], "the limit: Go sorts headers by name"


def test_a_request_without_accept_encoding_gets_one(rig: GoReplay) -> None:
    answer = rig.client().send("GET", "/api/v1/x")
    copy = rig.copies([answer])[answer.id]
    (original,) = rig.primary.entries(answer.id)
    added = set(names_and_values(copy, set())) - set(names_and_values(original, set()))
    assert added == {("accept-encoding", "identity"), ("x-mirrored-by", "a-secret")}


def test_marker_and_credentials(rig: GoReplay) -> None:
    secrets = [
        ("Authorization", "Bearer x"),
        ("Cookie", "a=1"),
        ("Cookie", "b=2"),
        ("Proxy-Authorization", "Basic x"),
    ]
    forged = [("X-Mirrored-By", "forged"), ("X-Mirror", "no")]
    answer = rig.client().send("GET", "/api/v1/x", [*secrets, *forged])
    copy = dict(names_and_values(rig.copies([answer])[answer.id], set()))
    (original,) = rig.primary.entries(answer.id)
    original_headers = names_and_values(original, set())
    assert copy["x-mirrored-by"] == "a-secret"
    assert not {name for name, _ in original_headers} & {"x-mirrored-by", "x-mirror"}
    assert {(n.lower(), v) for n, v in secrets} <= set(original_headers)
    assert not {name.lower() for name, _ in secrets} & set(copy)


def test_a_copy_that_comes_back_is_not_copied_again(rig: GoReplay) -> None:
    before = rig.account()["dropped.loop"]
    answer = rig.client().send("GET", "/api/v1/x", [("X-Mirrored-By", "a-secret")])
    rig.settle()
    assert rig.primary.entries(answer.id)
    assert not rig.shadow.entries(answer.id)
    assert rig.account()["dropped.loop"] == before + 1


KEPT = ("a%2Fb", "/x", "a;b=c", "a%20b", "%C3%BC", "x?", "x?a=%zz|<>", "../x", "x?q=" + "y" * 4000)


@pytest.mark.parametrize("path", KEPT)
def test_targets_are_kept(rig: GoReplay, path: str) -> None:
    answer = rig.client().send("GET", f"/api/v1/{path}")
    assert rig.copies([answer])[answer.id]["target"] == f"/api/v1/{path}"


def test_characters_that_a_path_should_not_have_become_codes(rig: GoReplay) -> None:
    answer = rig.client().send("GET", "/api/v1/{a|b}")
    assert rig.copies([answer])[answer.id]["target"] == "/api/v1/%7Ba%7Cb%7D"


def test_a_path_with_a_bad_code_has_no_copy_but_is_counted(rig: GoReplay) -> None:
    before = rig.settled()["failed.no_answer"]
    answer = rig.client().send("GET", "/api/v1/%zz")
    assert answer.status == 200
    rig.settle()
    assert rig.settled()["failed.no_answer"] == before + 1
    assert not rig.shadow.entries(answer.id)


@pytest.mark.parametrize("size", [0, 1, 65_536])
def test_bodies_of_a_packet_are_copied_whole(rig: GoReplay, size: int) -> None:
    body = (bytes(range(256)) * (size // 256 + 1))[:size]
    answers = [rig.client().send("POST", "/api/v1/x", body=body) for _ in range(3)]
    copies = rig.copies(answers)
    assert {(c["length"], c["sha256"], c["state"]) for c in copies.values()} == {
        (size, digest(body), "complete")
    }


@pytest.mark.parametrize("size", [1 << 20, 10 << 20])
def test_larger_bodies_are_copied_whole_or_counted_as_incomplete(rig: GoReplay, size: int) -> None:
    before = rig.settled()
    body = bytes(range(256)) * (size // 256)
    for _ in range(5):
        assert rig.client().send("POST", "/api/v1/x", body=body).status == 200
    eventually(lambda: rig.account()["received"] - before["received"], lambda n: n == 5, 10)
    incomplete = rig.settled()["dropped.incomplete"] - before["dropped.incomplete"]
    copies = rig.shadow.entries()
    assert {(c["sha256"], c["state"]) for c in copies} == {(digest(body), "complete")}
    assert len(copies) + incomplete == 5


def test_what_is_copied_of_chunked_bodies_is_whole_and_the_rest_is_counted(rig: GoReplay) -> None:
    before = rig.settled()
    body: Body = [bytes([n]) * 16_000 for n in range(20)]
    client = rig.client()
    for _ in range(30):
        assert client.send("POST", "/api/v1/x", body=body).status == 200
    # Some seconds pass until GoReplay gives up waiting for what it misses.
    eventually(lambda: rig.account()["received"] - before["received"], lambda n: n == 30, 10)
    missing = rig.settled()["dropped.incomplete"] - before["dropped.incomplete"]
    copies = rig.shadow.entries()
    assert copies
    assert {(c["sha256"], c["state"]) for c in copies} == {(digest(body), "complete")}
    assert len(copies) + missing == 30


def test_an_upload_that_pauses_has_no_copy_but_is_counted(rig: GoReplay) -> None:
    before = rig.settled()["dropped.incomplete"]
    host, _, port = rig.gateway.rpartition(":")
    with socket.create_connection((host, int(port))) as upload:
        upload.sendall(b"POST /api/v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx")
        # GoReplay stops to wait for the rest, while the primary goes on.
        eventually(lambda: rig.account()["dropped.incomplete"], lambda n: n == before + 1, 8)
        upload.sendall(b"y")
        assert upload.recv(12) == b"HTTP/1.1 200"
    rig.settle()
    assert not [entry for entry in rig.shadow.entries() if entry["method"] == "POST"]


def test_half_of_v2_is_copied(rig: GoReplay) -> None:
    client = rig.client()
    answers = [client.send("GET", "/api/v2/orders") for _ in range(1000)]
    rig.settle()
    rig.settled()
    copied = {e["request_id"] for e in rig.shadow.entries()} & {a.id for a in answers}
    assert abs(len(copied) - 500) < 4 * math.sqrt(1000 * 0.25)


def test_shares_of_0_and_100_are_exact(start: StartRig) -> None:
    rig = start(MIRROR_SHARES="v1=100 v2=100 v3=0")
    client = rig.client()
    on_v2 = [client.send("GET", "/api/v2/orders") for _ in range(200)]
    for _ in range(200):
        client.send("GET", "/api/v3/orders")
    assert len(rig.copies(on_v2)) == 200
    rig.settle()
    assert len(rig.shadow.entries()) == 201
