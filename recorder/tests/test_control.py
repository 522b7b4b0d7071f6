"""The recorder's control port: what it shows, and how it refuses what is wrong."""

from typing import Any

import pytest
from mirror_recorder.testing import RecorderProcess, request


def test_faults_replace_one_another(recorder: RecorderProcess) -> None:
    recorder.faults(status=500, delay=0)
    recorder.faults(answer_headers=[["Set-Cookie", "a=1"]], prefix="/x")
    shown = {"answer_headers": [["Set-Cookie", "a=1"]], "prefix": "/x"}
    assert recorder.control("GET", "/faults") == (200, shown)
    assert recorder.control("DELETE", "/faults") == (200, {})
    assert recorder.ask(request()).status == 200


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ({"dealy": 1}, "unknown fault 'dealy'; known: delay, status, answer_bytes"),
        ({"delay": "1"}, "fault 'delay' must be seconds from 0 to 3600, not '1'"),
        ({"delay": -1}, "fault 'delay' must be"),
        ({"delay": True}, "fault 'delay' must be"),
        (b'{"delay": NaN}', "fault 'delay' must be"),
        ({"status": 99}, "fault 'status' must be a whole number from 200 to 599"),
        ({"status": True}, "fault 'status' must be"),
        ({"answer_bytes": -1}, "fault 'answer_bytes' must be a whole number of bytes"),
        ({"answer_headers": {"a": "b"}}, "fault 'answer_headers' must be a list"),
        ({"answer_headers": [["a"]]}, "fault 'answer_headers' must be"),
        ({"answer_headers": [["a", "b\r\nc: d"]]}, "fault 'answer_headers' must be"),
        ({"answer_headers": [["Content-Length", "1"]]}, "fault 'answer_headers' must be"),
        ({"hang": 1}, "fault 'hang' must be true or false, not 1"),
        ({"read_rate": 0}, "fault 'read_rate' must be whole bytes per second"),
        ({"drop_answer_at": 1.5}, "fault 'drop_answer_at' must be"),
        ({"drop_upload_at": None}, "fault 'drop_upload_at' must be"),
        ({"refuse": "yes"}, "fault 'refuse' must be true or false"),
        ({"prefix": 1}, "fault 'prefix' must be text"),
        ({"refuse": True, "prefix": "/x"}, "'refuse' closes the listener"),
        ([], "faults are a JSON object"),
        (b"{\n", "faults are not JSON"),
    ],
)
def test_a_bad_fault_changes_nothing(recorder: RecorderProcess, faults: Any, reason: str) -> None:
    recorder.faults(status=503)
    status, document = recorder.control("PUT", "/faults", faults)
    assert status == 400
    assert document["error"].startswith(reason)
    assert "\n" not in document["error"]
    assert recorder.ask(request()).status == 503


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/journal?ids=a", 400, "unknown parameter 'ids'; known: id (repeatable), since"),
        ("GET", "/journal?since=-1", 400, "since must be an entry's number, not '-1'"),
        ("GET", "/nothing", 404, "GET /nothing: Not Found"),
        ("GET", "/reset", 405, "GET /reset: Method Not Allowed"),
    ],
)
def test_wrong_questions_get_one_line(
    recorder: RecorderProcess, method: str, path: str, status: int, reason: str
) -> None:
    assert recorder.control(method, path) == (status, {"error": reason})


def test_a_second_service_port_is_the_same_service() -> None:
    with RecorderProcess("--second", "127.0.0.1:0") as both:
        assert both.ask(request()).status == 200
        first, second = both.port, both.second_port
        both.port = second
        assert both.ask(request()).status == 200
        assert [entry["door"] for entry in both.journal()] == ["service", "second"]
        both.faults(refuse=True)
        for port in (first, second):
            both.port = port
            with pytest.raises(ConnectionRefusedError):
                both.ask(request())
        both.faults()
        for port in (second, first):
            both.port = port
            assert both.ask(request()).status == 200
        doors = [entry["door"] for entry in both.journal()]
        assert doors == ["service", "second", "second", "service"]
