"""The line that people see for each request, when they ask for it."""

import select

import pytest
from mirror_recorder.testing import RecorderProcess, eventually, finish, popen, request

EMPTY = "e3b0c44298fc"


@pytest.mark.parametrize("asked", ["flag", "variable"])
def test_each_request_has_a_line(asked: str) -> None:
    flags = ["--log-requests"] if asked == "flag" else []
    variables = {} if asked == "flag" else {"RECORDER_LOG_REQUESTS": "yes"}
    with RecorderProcess(*flags, **variables) as recorder:
        recorder.ask(request("POST", "/a?b=c", b"body", X_Request_Id="4b-1", X_Route="v1"))
        recorder.ask(request(target="/healthz"))
        assert recorder.printed() == (
            "shadow: POST /a?b=c route=v1 id=4b-1 length=4 sha256=230d8358dc8e complete\n"
        )
        recorder.ask(b"GET /\x1b[2J\xe9\\ HTTP/1.1\r\n\r\n")
        assert recorder.printed() == (
            f"shadow: GET /\\x1b[2J\\xe9\\\\ route=- id=- length=0 sha256={EMPTY} complete\n"
        )
        with recorder.connect() as sock:
            sock.sendall(request("PUT", Content_Length="9") + b"part")
            eventually(recorder.journal, lambda e: e[-1]["length"] == 4)
        assert recorder.printed().endswith(" length=4 sha256=37a680133bd0 cut\n")


def test_nothing_is_printed_when_nobody_asked(recorder: RecorderProcess) -> None:
    recorder.ask(request())
    assert recorder.process.stdout is not None
    assert select.select([recorder.process.stdout], [], [], 0)[0] == []


def test_who_stops_reading_the_lines_is_no_reason_to_stop() -> None:
    with RecorderProcess("--log-requests") as recorder:
        assert recorder.process.stdout is not None
        recorder.process.stdout.close()
        assert {recorder.ask(request()).status for _ in range(3)} == {200}
        recorder.process.stdout = None


def test_neither_yes_nor_no_is_refused() -> None:
    code, errors = finish(popen("--log-requests", "maybe"))
    assert code == 2
    assert "'maybe' is neither yes nor no" in errors
