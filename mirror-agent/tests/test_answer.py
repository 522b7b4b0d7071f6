"""Finding the end of a shadow's answer, however it is framed and in whatever pieces it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror_agent.sender.answer import Answer, BadAnswer

HEAD = b"HTTP/1.1 200 OK\r\n"
LENGTH = HEAD + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"
TRAILERS = HEAD + b"transfer-encoding: gzip, Chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\nZ: 1\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + LENGTH


def read(*pieces: bytes, head_only: bool = False) -> tuple[Answer, list[bool]]:
    answer = Answer()
    answer.begin(head_only=head_only)
    return answer, [answer.feed(piece) for piece in pieces]


@given(st.sampled_from([LENGTH, CHUNKED, TRAILERS, CONTINUE]), st.data())
def test_an_answer_ends_with_its_last_byte(whole: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1))))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    answer, ends = read(*pieces)
    assert ends == [False] * (len(pieces) - 1) + [True]
    assert (answer.status, answer.keep_alive) == (200, True)


@pytest.mark.parametrize("head", [b"204 No Content", b"304 Not Modified"])
def test_some_answers_have_no_body(head: bytes) -> None:
    assert read(b"HTTP/1.1 " + head + b"\r\nContent-Length: 5\r\n\r\n")[1] == [True]


def test_an_answer_to_head_has_no_body() -> None:
    assert read(HEAD + b"Content-Length: 5\r\n\r\n", head_only=True)[1] == [True]
    assert read(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", head_only=True)[1] == [True]


@pytest.mark.parametrize(
    ("answer", "keep_alive"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 101 Switching\r\nConnection: keep-alive\r\n\r\n", False),
        (LENGTH + b"more", False),
        (CHUNKED + b"more", False),
    ],
)
def test_a_connection_is_kept_only_when_that_is_safe(answer: bytes, keep_alive: bool) -> None:
    seen, ends = read(answer)
    assert ends == [True]
    assert seen.keep_alive is keep_alive


@pytest.mark.parametrize(
    "head",
    [
        HEAD + b"\r\n",
        HEAD + b"Transfer-Encoding: gzip\r\n\r\n",
        HEAD + b"Transfer-Encoding:\r\nContent-Length: 5\r\n\r\n",
        HEAD + b"X: y\nContent-Length: 5\r\n\r\n",
    ],
)
def test_without_framing_the_end_of_the_connection_ends_the_answer(head: bytes) -> None:
    seen, ends = read(head, b"x" * 1000)
    assert ends == [False, False]
    assert seen.closed()


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-x\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 600 X\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70000,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"x" * 9000,
    ],
)
def test_what_is_no_answer_is_refused(garbage: bytes) -> None:
    with pytest.raises(BadAnswer):
        read(garbage)


@given(st.lists(st.binary(min_size=1, max_size=100), max_size=10))
def test_garbage_never_breaks_the_reader(pieces: list[bytes]) -> None:
    answer = Answer()
    try:
        for piece in pieces:
            if answer.feed(piece):
                answer.begin(head_only=False)
    except BadAnswer:
        pass
