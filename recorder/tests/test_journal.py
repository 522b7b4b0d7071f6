"""The recorder's journal, and its life as a process."""

import http.client
import os
import resource
import signal
import socket
import time
from contextlib import ExitStack

import pytest
from mirror_recorder.testing import (
    DEADLINE,
    RecorderProcess,
    answer,
    answers,
    eventually,
    finish,
    popen,
    request,
)


def send(recorder: RecorderProcess, *ids: str) -> None:
    """One request for each id, over one connection."""
    with recorder.connect() as sock:
        sock.sendall(b"".join(request(X_Request_Id=i) for i in ids))
        answers(sock, *["GET"] * len(ids))


def test_entries_are_found_by_request_id(recorder: RecorderProcess) -> None:
    send(recorder, "a", "b", "c", "a", "")
    assert [e["request_id"] for e in recorder.journal("a", "c")] == ["a", "c", "a"]
    assert len(recorder.journal("")) == 1
    assert recorder.journal("none") == []


def test_entries_since_a_number(recorder: RecorderProcess) -> None:
    send(recorder, "a", "b", "a", "b")
    numbers = [e["n"] for e in recorder.journal()]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    assert [e["n"] for e in recorder.journal(since=numbers[1])] == numbers[2:]
    assert [e["n"] for e in recorder.journal("a", since=numbers[0])] == [numbers[2]]
    assert recorder.journal(since=numbers[3]) == []


def test_an_entry_has_exactly_these_fields(recorder: RecorderProcess) -> None:
    before = time.time()
    send(recorder, "a")
    (entry,) = recorder.journal()
    assert before <= entry["at"] <= entry["ended"] <= entry["answered"] <= time.time()
    assert set(entry) == {
        *("n", "service", "at", "ended", "answered", "method", "target", "version", "headers"),
        *("trailers", "framing", "length", "sha256", "state", "connection", "peer", "door"),
        *("request_id", "messages"),
    }
    assert entry["messages"] is None
    assert entry["service"] == "shadow"


def test_clearing_keeps_the_numbering_and_the_counters(recorder: RecorderProcess) -> None:
    send(recorder, "a", "b")
    last = recorder.journal()[-1]["n"]
    status, document = recorder.control("DELETE", "/journal")
    assert (status, document["counters"]["requests"]) == (200, 2)
    assert recorder.journal() == recorder.journal("a") == []
    send(recorder, "c")
    assert recorder.journal()[0]["n"] == last + 1


def test_reset_counts_from_zero(recorder: RecorderProcess) -> None:
    send(recorder, "a")
    recorder.ask(request(target="/healthz"))
    recorder.faults(status=500)
    assert recorder.control("POST", "/reset")[0] == 200
    counters = recorder.counters()
    assert (counters["requests"], counters["health_checks"], counters["evicted"]) == (0, 0, 0)
    assert recorder.control("GET", "/faults")[1] == {}
    assert recorder.journal() == []


def test_the_journal_is_bounded_and_counts_what_fell_out() -> None:
    with RecorderProcess("--journal", "3") as recorder:
        send(recorder, "a", "b", "a", "c", "d")
        assert [e["request_id"] for e in recorder.journal()] == ["a", "c", "d"]
        assert [e["n"] for e in recorder.journal("a", "b")] == [3]
        assert [e["n"] for e in recorder.journal(since=1)] == [3, 4, 5]
        assert recorder.counters()["evicted"] == 2
        recorder.control("POST", "/reset")
        assert recorder.counters()["evicted"] == 0


def test_ten_thousand_entries_are_one_document(recorder: RecorderProcess) -> None:
    ids = [f"id-{number}" for number in range(10_000)]
    for start in range(0, len(ids), 500):
        send(recorder, *ids[start : start + 500])
    assert [e["request_id"] for e in recorder.journal()] == ids


def test_open_connections_are_counted(recorder: RecorderProcess) -> None:
    eventually(recorder.counters, lambda c: c["open"] == 0)
    before = recorder.counters()["connections"]
    with recorder.connect(), recorder.connect():
        counters = eventually(recorder.counters, lambda c: c["open"] == 2)
        assert counters["connections"] == before + 2
        assert recorder.control("GET", "/journal")[1]["open"] == [before + 1, before + 2]
    eventually(recorder.counters, lambda c: c["open"] == 0)


def test_bursts_of_connections_wait_in_the_backlog(recorder: RecorderProcess) -> None:
    burst = 1100
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < burst + 200:
        pytest.skip(f"needs {burst + 200} file descriptors, the hard limit is {hard}")
    with ExitStack() as cleanup:
        cleanup.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, burst + 200), hard))
        cleanup.callback(recorder.process.send_signal, signal.SIGCONT)
        recorder.process.send_signal(signal.SIGSTOP)
        clients = [cleanup.enter_context(recorder.connect()) for _ in range(burst)]
        for client in clients:
            client.sendall(request())
        recorder.process.send_signal(signal.SIGCONT)
        assert {answer(client).status for client in clients} == {200}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_within_a_second(number: signal.Signals) -> None:
    with RecorderProcess() as recorder, recorder.connect() as idle, recorder.connect() as hung:
        control = http.client.HTTPConnection("127.0.0.1", recorder.control_port, timeout=DEADLINE)
        control.request("PUT", "/faults", b'{"hang": true, "prefix": "/hang"}')
        control.getresponse().read()
        idle.sendall(request())
        answer(idle)
        hung.sendall(request(target="/hang"))
        eventually(recorder.counters, lambda c: c["requests"] == 2)
        recorder.process.send_signal(number)
        assert recorder.process.wait(1) == 0
        for sock in (idle, hung):
            with pytest.raises(ConnectionResetError):
                sock.recv(1)
        control.close()
        assert recorder.process.communicate() == ("", "")


@pytest.mark.parametrize("flag", ["listen", "control"])
def test_a_busy_port_is_one_line(flag: str) -> None:
    other = "control" if flag == "listen" else "listen"
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        code, errors = finish(
            popen(f"--{flag}", f"127.0.0.1:{port}", f"--{other}", "127.0.0.1:0", "--name", "p")
        )
    assert code == 1
    assert errors == (
        f"recorder p: cannot listen on 127.0.0.1:{port}: Address already in use; "
        f"stop what holds it or change --{flag}\n"
    )


@pytest.mark.parametrize(
    ("flag", "value", "reason"),
    [
        ("--listen", "8080", "'8080' is not host:port"),
        ("--control", "a:99999", "'a:99999' is not host:port"),
        ("--journal", "0", "'0' is not a number of requests"),
        ("--name", "a\nb", "is not a name in printable ASCII"),
    ],
)
def test_wrong_flags_are_explained(flag: str, value: str, reason: str) -> None:
    code, errors = finish(popen(flag, value))
    assert code == 2
    assert reason in errors


def test_the_environment_gives_defaults() -> None:
    settings = {"NAME": "primary", "LISTEN": ":0", "CONTROL": "127.0.0.1:0", "JOURNAL": "x"}
    environment = os.environ | {f"RECORDER_{key}": value for key, value in settings.items()}
    code, errors = finish(popen(env=environment))
    assert code == 2
    assert "argument --journal: 'x'" in errors
    process = popen("--journal", "1", env=environment)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("recorder primary: service on :")
    finally:
        process.kill()
        process.communicate()
