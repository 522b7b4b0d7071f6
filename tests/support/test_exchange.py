"""A faithful request has no differences; whatever one thing changes, it is found."""

import hashlib
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from features.support.wire import exchange
from features.support.wire.exchange import (
    ADDED_BY_THE_GATEWAY,
    HOP_BY_HOP,
    Headers,
    Received,
    Sent,
)

_TOKEN = st.text("abcXYZ-_09", min_size=1, max_size=8)
_VALUE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF), max_size=12)
# Few names, so that headers repeat.
_NAME = st.sampled_from(["Host", "Accept", "X-Tag", "x-tag", "X-Request-Id"]) | _TOKEN.filter(
    lambda name: name.lower() not in HOP_BY_HOP | ADDED_BY_THE_GATEWAY
)
_HEADERS = st.lists(st.tuples(_NAME, _VALUE), max_size=8).map(tuple)
_ADDITIONS = st.lists(
    st.tuples(st.sampled_from(sorted(HOP_BY_HOP | {"x-forwarded-for", "x-route"})), _VALUE)
)
REQUESTS = st.builds(
    Sent,
    method=st.sampled_from(["GET", "POST", "PURGE"]),
    target=st.text("/abc?&=%20", min_size=1, max_size=20),
    headers=_HEADERS,
    body=st.none() | st.binary(max_size=100),
    chunked=st.booleans(),
)


def arrival(sent: Sent) -> Received:
    """The journal's entry of a request that arrived just as it was sent."""
    body = sent.body or b""
    return Received(
        service="primary",
        method=sent.method,
        target=sent.target,
        headers=sent.headers,
        framing="length",
        length=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        state="complete",
        connection=1,
        request_id=sent.request_id,
        at=0.0,
    )


def differences(
    sent: Sent, received: Received, added: frozenset[str] = ADDED_BY_THE_GATEWAY
) -> list[str]:
    return [str(each) for each in exchange.differences(sent, received, added)]


def changed(received: Received, **changes: object) -> Received:
    return replace(received, **changes)  # type: ignore[arg-type]


def inserted(headers: Headers, at: int, header: tuple[str, str]) -> Headers:
    return (*headers[:at], header, *headers[at:])


def position(data: st.DataObject, headers: Headers) -> int:
    """Some header's place; tests of one header need one."""
    assume(headers)
    return data.draw(st.integers(0, len(headers) - 1))


@given(REQUESTS)
def test_a_faithful_request_has_no_differences(sent: Sent) -> None:
    assert differences(sent, arrival(sent)) == []


@given(REQUESTS, _ADDITIONS, st.data())
def test_what_a_gateway_may_do_is_no_difference(
    sent: Sent, additions: list[tuple[str, str]], data: st.DataObject
) -> None:
    headers: Headers = tuple((name.swapcase(), value) for name, value in sent.headers)
    for header in additions:
        headers = inserted(headers, data.draw(st.integers(0, len(headers))), header)
    assert differences(sent, changed(arrival(sent), headers=headers, framing="chunked")) == []


@given(
    REQUESTS,
    st.tuples(st.just("method"), st.sampled_from(["HEAD", "get", "post", "PURGED"]))
    | st.tuples(st.just("target"), st.text("/abc?&=%20", max_size=20))
    | st.tuples(st.just("state"), st.sampled_from(["cut", "receiving"])),
)
def test_another_method_or_target_or_a_cut_request_is_found(
    sent: Sent, change: tuple[str, str]
) -> None:
    name, value = change
    was = getattr(arrival(sent), name)
    assume(value != was)
    found = differences(sent, changed(arrival(sent), **{name: value}))
    assert found == [f"{name}: sent {was!r}, received {value!r}"]


@given(REQUESTS, st.data())
def test_a_header_that_was_dropped_is_found(sent: Sent, data: st.DataObject) -> None:
    at = position(data, sent.headers)
    name, value = sent.headers[at]
    headers = sent.headers[:at] + sent.headers[at + 1 :]
    found = differences(sent, changed(arrival(sent), headers=headers))
    assert found == [f"header {name.lower()}: {value!r} is missing"]


@given(REQUESTS, _VALUE, st.data())
def test_another_value_is_found(sent: Sent, value: str, data: st.DataObject) -> None:
    at = position(data, sent.headers)
    name, old = sent.headers[at]
    assume(value != old)
    headers = (*sent.headers[:at], (name, value), *sent.headers[at + 1 :])
    found = differences(sent, changed(arrival(sent), headers=headers))
    expected = [f"header {name.lower()}: {old!r} is missing"]
    assert found == [*expected, f"header {name.lower()}: {value!r} was not sent"]


@given(REQUESTS, st.data())
def test_another_order_is_found(sent: Sent, data: st.DataObject) -> None:
    one, other = position(data, sent.headers), position(data, sent.headers)
    headers = list(sent.headers)
    headers[one], headers[other] = headers[other], headers[one]
    as_words = [(name.lower(), value) for name, value in headers if name.lower() != "host"]
    before = [(name.lower(), value) for name, value in sent.headers if name.lower() != "host"]
    assume(as_words != before)
    (found,) = differences(sent, changed(arrival(sent), headers=tuple(headers)))
    assert found.startswith("headers came in another order: ")


@given(REQUESTS, _VALUE, st.data())
def test_repeated_headers_that_were_merged_are_found(
    sent: Sent, value: str, data: st.DataObject
) -> None:
    (first, last) = (("X-Twice", value), ("X-Twice", "last"))
    asked = replace(sent, headers=(*sent.headers, first, last))
    merged = (*sent.headers, ("X-Twice", f"{value}, last"))
    assert differences(asked, changed(arrival(asked), headers=merged))


@given(REQUESTS, _VALUE, st.booleans(), st.data())
def test_a_strange_header_and_one_that_came_twice_are_found(
    sent: Sent, value: str, again: bool, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(sent.headers)))
    strange = sent.headers[position(data, sent.headers)] if again else ("Via-Stranger", value)
    headers = inserted(sent.headers, at, strange)
    (found,) = differences(sent, changed(arrival(sent), headers=headers))
    how = "not sent" if again else "added"
    assert found == f"header {strange[0].lower()}: {strange[1]!r} was {how}"


@given(REQUESTS, _VALUE)
def test_what_the_client_sent_itself_may_not_be_replaced(sent: Sent, claim: str) -> None:
    """X-Forwarded-For may be added, but one that the client sent must arrive."""
    assume(claim != "127.0.0.1")
    asked = replace(sent, headers=(*sent.headers, ("X-Forwarded-For", claim)))
    told = (*sent.headers, ("X-Forwarded-For", "127.0.0.1"))
    assert differences(asked, changed(arrival(asked), headers=told))


@given(REQUESTS)
def test_nothing_may_be_added_where_that_is_said(sent: Sent) -> None:
    headers = (*sent.headers, ("X-Route", "v1"))
    found = differences(sent, changed(arrival(sent), headers=headers), added=frozenset())
    assert found == ["header x-route: 'v1' was added"]


@given(REQUESTS, st.binary(min_size=1, max_size=100), st.integers(0, 99))
def test_a_body_that_was_cut_or_changed_is_found(sent: Sent, body: bytes, at: int) -> None:
    asked = replace(sent, body=body)
    cut = changed(arrival(asked), length=len(body) - 1)
    assert differences(asked, cut) == [
        f"body length: sent {len(body)}, received {len(body) - 1}",
    ]
    at %= len(body)
    other = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    flipped = changed(arrival(asked), sha256=hashlib.sha256(other).hexdigest())
    (found,) = differences(asked, flipped)
    assert found.startswith("body sha256: ")


@given(REQUESTS)
def test_every_difference_is_told_at_once(sent: Sent) -> None:
    other = changed(arrival(sent), method="other", target="other", state="cut", length=12345)
    assert [each.partition(":")[0] for each in differences(sent, other)] == [
        "method",
        "target",
        "body length",
        "state",
    ]
