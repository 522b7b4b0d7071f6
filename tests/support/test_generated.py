"""Generated requests: the same for a seed, of every kind, and small where they are to be."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from features.support.checks import generated as checks
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.handling import Changes, Handling
from features.support.wire.client import request
from features.support.wire.exchange import Headers, Received, Sent
from features.support.wire.generated import NAMED, TARGETS, Terms, generate, smallest
from features.support.wire.payloads import METHODS

TERMS = Terms(edges=(8192, 16_384))
REQUESTS = [each.sent for each in generate(7, 300, TERMS)]
CLIENT = "192.0.2.7"


def without_id(sent: Sent) -> tuple[object, ...]:
    return sent.method, sent.target, sent.headers[2:], sent.body, sent.chunked


def test_a_seed_gives_the_same_requests_again() -> None:
    again = [each.sent for each in generate(7, 300, TERMS)]
    other = [each.sent for each in generate(8, 300, TERMS)]
    assert [without_id(each) for each in again] == [without_id(each) for each in REQUESTS]
    assert [without_id(each) for each in other] != [without_id(each) for each in REQUESTS]
    assert len({each.request_id for each in REQUESTS}) == 300


@pytest.mark.parametrize("seed", range(5))
def test_a_run_has_every_kind_of_request(seed: int) -> None:
    made = generate(seed, 300, TERMS)
    sent = [each.sent for each in made]
    assert {each.fresh for each in made} == {True, False}
    on_v2 = [each for each in sent if each.target.startswith("/api/v2")]
    assert len(on_v2) == 75
    assert {each.method for each in sent} == set(METHODS)
    assert {each.method for each in on_v2} == {"GET", "HEAD", "POST"}
    assert {each.chunked for each in sent} == {True, False}
    sizes = {None if each.body is None else len(each.body) for each in sent}
    edges = {edge + off for edge in TERMS.edges for off in (-1, 0, 1)}
    assert sizes >= {None, 0, 1} | edges
    names = {name.lower() for each in sent for name, _ in each.headers}
    assert names >= {name.lower() for name in NAMED}
    assert any(each.body and b"\r\n\r\n" in each.body for each in sent)
    long = [len(v) for each in sent for n, v in each.headers if n == "X-Long"]
    assert max(long) > 8192
    repeated = [len({n.lower() for n, _ in each.headers}) < len(each.headers) for each in sent]
    assert sum(repeated) > 20


def test_bodies_do_not_repeat_themselves() -> None:
    (body, *_) = [each.body for each in REQUESTS if each.body and len(each.body) == 16_384]
    blocks = {body[at : at + 64] for at in range(0, 16_384, 64)}
    assert len(blocks) == 256


def test_what_is_not_in_the_terms_is_not_sent() -> None:
    terms = Terms(("plain",), 8000, 9000, (4096, 65_536), False, frozenset({"PURGE"}))
    sent = [each.sent for each in generate(3, 300, terms)]
    assert not any(each.chunked for each in sent)
    assert {each.body for each in sent if each.method == "PURGE"} == {None}
    for each in sent:
        head = sum(len(name) + len(value) + 4 for name, value in each.headers)
        assert head <= 8000
        assert head + len(each.body or b"") <= 9000
        parts = each.target.partition("?")[0].split("/")[3:]
        assert set(parts) <= set(TARGETS["plain"])


def test_the_smallest_request_keeps_only_what_is_wrong() -> None:
    sent = next(each for each in REQUESTS if each.chunked and len(each.headers) > 7)
    name, value = sent.headers[5]

    def is_wrong(tried: Sent) -> bool:
        return (name, value) in tried.headers and bool(tried.body)

    small = smallest(sent, is_wrong, 100)
    assert small.headers[2:] == ((name, value),)
    assert (small.target, small.method, small.chunked) == (sent.target[:7], "POST", False)
    assert len(small.body or b"") == 1


def arrived(sent: Sent, **changes: Any) -> Received:
    body = sent.body or b""
    made = Received(
        *("primary", sent.method, sent.target, sent.headers, "length", len(body)),
        *(hashlib.sha256(body).hexdigest(), "complete", 1, sent.request_id, 1.0),
    )
    return replace(made, **changes)


def passed_on(sent_headers: Headers, arrived_headers: Headers) -> list[str]:
    sent = request("POST", "/api/v1", sent_headers, b"order")
    own = (("X-Route", "v1"), ("X-Forwarded-For", CLIENT))
    received = arrived(sent, headers=(*sent.headers[:2], *arrived_headers, *own))
    return checks._check_passed(sent, received, Handling())


def test_a_header_that_is_lost_or_changed_is_told() -> None:
    for name in sorted(NAMED.keys() - {"X-Forwarded-For", "X-Route", "X-Mirrored-By"}):
        headers = ((name, "a"), ("X-Tag", "b"))
        assert passed_on(headers, headers) == []
        assert passed_on(headers, headers[1:]) == [f"header {name.lower()}: 'a' is missing"]
        assert len(passed_on(headers, ((name, "A"), headers[1]))) == 2, name


@pytest.mark.parametrize(
    ("headers", "wrong"),
    [
        ((("X-Route", "v3"), ("X-Forwarded-For", CLIENT)), "x-route v3"),
        ((("X-Forwarded-For", CLIENT),), "x-route nothing"),
        (
            (("X-Route", "v1"), ("X-Forwarded-For", f"me, {CLIENT}")),
            f"x-forwarded-for me, {CLIENT}",
        ),
        (
            (("X-Route", "v1"), ("X-Forwarded-For", CLIENT), ("X-Mirrored-By", "me")),
            "x-mirrored-by me",
        ),
    ],
)
def test_what_the_gateway_says_itself_must_be_right(headers: Headers, wrong: str) -> None:
    sent = request("POST", "/api/v1", (), b"order")
    received = arrived(sent, headers=(*sent.headers, *headers))
    assert checks._check_passed(sent, received, Handling()) == [wrong]


def test_what_is_known_to_change_may_change_that_way_only() -> None:
    sent = request("GET", "/api/v1", (("Accept", "a"), ("X-B", "b"), ("Accept", "c")))
    changes = Changes({"x-real-ip": "{client}"}, frozenset({"x-b"}), reorders=True, joins=True)
    own = sent.headers[:2]

    def wrong(*headers: tuple[str, str]) -> list[str]:
        received = arrived(sent, headers=(*own, *headers))
        return checks._check_rest(sent, received, changes, CLIENT)

    assert wrong(("Accept", "a,c"), ("X-Real-Ip", CLIENT)) == []
    assert wrong(("X-Real-Ip", "192.0.2.8"), ("Accept", "a,c")) == ["x-real-ip 192.0.2.8"]
    assert wrong(("Accept", "c,a"))
    assert wrong(("Accept", "a,c"), ("X-B", "b")) == ["header x-b: 'b' was added"]


def test_each_gateway_that_mirrors_says_how_it_handles_requests() -> None:
    assert [each.name for each in CATALOGUE.values() if each.mirrors and not each.handling] == []
