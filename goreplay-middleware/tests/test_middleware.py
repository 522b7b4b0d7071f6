"""The middleware's decisions, without GoReplay."""

import time

import pytest
from gor_middleware import outbox
from gor_middleware.account import Account
from gor_middleware.outbox import Outbox
from gor_middleware.request import MalformedError, Request
from gor_middleware.settings import SettingsError, read_settings

HEAD = b"POST /x HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SETTINGS = {
    "MIRROR_SHARES": "v1=100 v2=0.5",
    "MIRROR_MARKER": "m",
    "MIRROR_REMOVE": "Cookie",
    "MIRROR_LARGEST": "1",
    "SHADOW_TIMEOUT": "1",
    "SHADOW_CONNECTIONS": "2",
    "METRICS_BIND": "[::1]:9902",
}


@pytest.mark.parametrize(
    ("captured", "whole"),
    [
        (HEAD + b"\r\n", True),
        (HEAD + b"\r\nx", False),
        (HEAD + b"Content-Length: 3\r\n\r\nabc", True),
        (HEAD + b"Content-Length: 3\r\n\r\nab", False),
        (HEAD + b"Content-Length: 3\r\n\r\nabcd", False),
        (HEAD + b"Content-Length: x\r\n\r\n", False),
        (CHUNKED + b"3\r\nabc\r\n0\r\n\r\n", True),
        (CHUNKED + b"3;e=1\r\nabc\r\n0\r\n\r\n", True),
        (CHUNKED + b"3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n", True),
        (CHUNKED + b"3\r\nabc\r\n0\r\n", False),
        (CHUNKED + b"3\r\nabc\r\n", False),
        (CHUNKED + b"3\r\nab", False),
        (CHUNKED + b"3\r\nabcde0\r\n\r\n", False),
        (CHUNKED + b"0\r\n\r\nmore", False),
        (CHUNKED + b"-1\r\n\r\n", False),
        (CHUNKED + b"zz\r\n\r\n", False),
        (CHUNKED + b"\r\n\r\n", False),
        (CHUNKED + b"0000000000000000003\r\nabc\r\n0\r\n\r\n", True),
        (CHUNKED + b"f" * 5000 + b"\r\nabc\r\n0\r\n\r\n", False),
        (HEAD + b"Content-Length: " + b"0" * 5000 + b"3\r\n\r\nabc", True),
        (HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nabc", False),
        (CHUNKED, False),
    ],
)
def test_whole_requests_are_told_from_others(captured: bytes, whole: bool) -> None:
    assert Request(captured).is_whole() is whole


PIECES = [b"", b"0\r\n\r\n", b"some of a body", b"GET / HTTP/1.1\r\n"]
FOLDED = b"GET / HTTP/1.1\r\nAuthorization: a\r\n b: c\r\n\r\n"


@pytest.mark.parametrize("captured", [*PIECES, FOLDED])
def test_pieces_are_not_taken_for_requests(captured: bytes) -> None:
    with pytest.raises(MalformedError):
        Request(captured)


def test_a_copy_lacks_what_is_not_for_the_shadow() -> None:
    captured = (
        b"GET /x HTTP/1.1\r\nHost: a\r\nX-Route: v1\r\ncookie: 1\r\nCookie: 2\r\n"
        b"Connection: X-Hop, Host\r\nX-Hop: 1\r\nX-Mirrored-By: old\r\nX-Tag: 1\r\nX-Tag: 2\r\n\r\n"
    )
    marks = [(b"X-Mirrored-By", b"new"), (b"X-Mirror-Passed", b"gor")]
    assert Request(captured).copy(marks, {b"cookie"}) == (
        b"GET /x HTTP/1.1\r\nHost: a\r\nX-Tag: 1\r\nX-Tag: 2\r\nUser-Agent: \r\n"
        b"Accept-Encoding: identity\r\nX-Mirrored-By: new\r\nX-Mirror-Passed: gor\r\n\r\n"
    )


@pytest.mark.parametrize("asked", [b"", b"Accept-Encoding:\r\n", b"accept-encoding: \r\n"])
def test_a_copy_asks_for_no_encoding_where_its_request_wants_none(asked: bytes) -> None:
    copy = Request(b"GET /x HTTP/1.1\r\nHost: a\r\n" + asked + b"\r\n").copy(
        ((b"X-Mirrored-By", b"new"),), ()
    )
    assert copy.lower().count(b"accept-encoding") == 1
    assert b"\r\nAccept-Encoding: identity\r\n" in copy


def test_a_copy_asks_for_the_encodings_that_its_request_wants() -> None:
    captured = b"GET /x HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip, br\r\n\r\n"
    copy = Request(captured).copy(((b"X-Mirrored-By", b"new"),), ())
    assert copy.count(b"Accept-Encoding") == 1
    assert b"\r\nAccept-Encoding: gzip, br\r\n" in copy


def test_a_client_cannot_take_what_haproxy_has_set_from_the_copy() -> None:
    captured = (
        b"GET /x HTTP/1.1\r\nConnection: X-Request-Id, x-forwarded-for\r\nConnection: X-Hop\r\n"
        b"X-Request-Id: 1\r\nX-Forwarded-For: a\r\nX-Hop: 1\r\n\r\n"
    )
    copy = Request(captured).copy((), ())
    assert copy.startswith(
        b"GET /x HTTP/1.1\r\nX-Request-Id: 1\r\nX-Forwarded-For: a\r\nUser-Agent"
    )


def test_a_copy_has_the_host_that_is_set() -> None:
    captured = Request(b"GET /x HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n")
    own = read_settings(SETTINGS | {"MIRROR_HOST": "shadow.example"})
    copy = captured.copy(own.added, own.gone)
    assert copy.lower().count(b"\r\nhost: ") == 1
    assert b"\r\nHost: shadow.example\r\n" in copy
    usual = read_settings(SETTINGS)
    assert b"\r\nHost: a\r\n" in captured.copy(usual.added, usual.gone)


def test_a_copy_lacks_trailers_that_are_not_for_the_shadow() -> None:
    captured = (
        b"POST /x HTTP/1.1\r\nTrailer: Cookie, X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n0\r\ncookie: 1\r\n folded: 2\r\nX-Sum: 3\r\nX-Route: v3\r\n\r\n"
    )
    copy = Request(captured).copy((), {b"cookie"})
    assert copy.endswith(b"\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 3\r\n\r\n")
    assert b"\r\nTrailer: x-sum\r\n" in copy
    assert b"ookie" not in copy


def figures(account: Account) -> dict[str, int]:
    lines = (line for line in account.render().decode().splitlines() if not line.startswith("#"))
    return {name: int(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_no_more_copies_are_in_flight_than_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    box = Outbox(account, window=2, patience=0.3)
    for name in (b"a", b"b", b"c"):
        account.received()
        box.put(name, b"copy")
    assert [box.get(), box.get()] == [(b"a", b"copy"), (b"b", b"copy")]
    began = time.monotonic()
    assert box.get() == (b"c", b"copy"), "the first has failed, which makes room"
    assert 0.2 < time.monotonic() - began < 2
    box.answered(b"c", b"204")
    box.answered(b"a", b"200")  # too late, it has failed
    assert figures(account)['goreplay_mirror_failed_total{reason="no_answer"}'] == 2
    assert figures(account)["goreplay_mirror_sent_total"] == 1
    assert figures(account)["goreplay_mirror_in_flight"] == 0


@pytest.mark.parametrize(
    ("limit", "value", "reason"),
    [("ITEMS", 2, "queue_full"), ("BYTES", 9, "queue_bytes"), ("WAIT", -1.0, "queue_time")],
)
def test_what_does_not_fit_is_dropped_and_counted(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: float, reason: str
) -> None:
    monkeypatch.setattr(outbox, limit, value)
    account = Account()
    box = Outbox(account, window=1, patience=5)
    for name in (b"a", b"b", b"c"):
        account.received()
        box.put(name, b"copy")
    box.close()
    dropped = f'goreplay_mirror_dropped_total{{reason="{reason}"}}'
    if limit == "WAIT":
        box._expire(time.monotonic())
        assert figures(account)[dropped] == 3
    else:
        assert figures(account)[dropped] == 1
    assert box.get() is None


def test_a_copy_larger_than_the_queue_is_sent_when_nothing_else_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "BYTES", 3)
    box = Outbox(Account(), window=1, patience=5)
    box.put(b"a", b"larger")
    assert box.get() == (b"a", b"larger")


@pytest.mark.parametrize("secret", ["", "ours"])
def test_a_copy_that_lost_its_marker_is_known_by_the_name_in_it(secret: str) -> None:
    settings = read_settings({**SETTINGS, "MIRROR_MARKER": secret})
    request = Request(b"GET / HTTP/1.1\r\nX-Mirror-Passed: another\r\n\r\n")
    assert not request.has_passed(settings.name)
    again = Request(request.copy(settings.added[1:], ()))
    assert again.has_passed(settings.name)
    assert again.has_passed(b"another")


def test_settings_are_read() -> None:
    settings = read_settings(SETTINGS)
    assert settings.shares == {b"v1": 100, b"v2": 0.5}
    assert settings.metrics == ("::1", 9902)
    assert settings.remove == {b"cookie"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MIRROR_SHARES", "v1"),
        ("MIRROR_SHARES", "v1=-1"),
        ("MIRROR_SHARES", "v1=nan"),
        ("MIRROR_METHODS", "GET,HEAD"),
        ("MIRROR_HOST", "shadow.example\r\nX: 1"),
        ("SHADOW_TIMEOUT", "0"),
        ("SHADOW_CONNECTIONS", "1001"),
        ("METRICS_BIND", ":70000"),
    ],
)
def test_wrong_settings_are_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: "):
        read_settings({**SETTINGS, name: value})
