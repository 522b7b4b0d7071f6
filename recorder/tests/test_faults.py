"""How a recorder misbehaves: each fault, seen from the client's side of a socket."""

import hashlib
import http.client
import select
import socket
import threading
import time

import pytest
from mirror_recorder.testing import (
    RecorderProcess,
    answer,
    answers,
    eventually,
    read_until_reset,
    request,
)

MIB = 1 << 20


def test_delay(recorder: RecorderProcess) -> None:
    recorder.faults(delay=0.3)
    began = time.monotonic()
    recorder.ask(request())
    assert 0.3 <= time.monotonic() - began < 1.5
    entry = recorder.entry()
    assert entry["answered"] - entry["ended"] >= 0.3


@pytest.mark.parametrize("status", [200, 204, 304, 404, 500, 599])
def test_status(recorder: RecorderProcess, status: int) -> None:
    recorder.faults(status=status)
    with recorder.connect() as sock:
        for _ in range(2):  # the second proves that the first was framed right
            sock.sendall(request())
            received = answer(sock)
            assert received.status == status
            assert bool(received.body) is (status not in (204, 304))


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, 5 * MIB])
def test_answer_bytes(recorder: RecorderProcess, size: int) -> None:
    recorder.faults(answer_bytes=size)
    with recorder.connect() as sock:
        sock.sendall(request())
        assert len(answer(sock).body) == size
        sock.sendall(request("HEAD"))
        assert answer(sock, "HEAD").headers["Content-Length"] == str(size)


def test_events_come_one_by_one_and_tell_when_they_were_sent(recorder: RecorderProcess) -> None:
    recorder.faults(answer_events=3, answer_pause=0.2)
    client = http.client.HTTPConnection("127.0.0.1", recorder.port, timeout=5)
    delays = []
    for _ in range(2):  # the second proves that the first was framed right
        client.request("GET", "/x")
        response = client.getresponse()
        assert response.headers["Content-Type"] == "text/event-stream"
        while line := response.readline():
            if line.startswith(b"data: "):
                delays.append(time.time() - float(line.removeprefix(b"data: ")))
    client.close()
    assert len(delays) == 6
    assert max(delays) < 0.15


@pytest.mark.parametrize("status", [200, 204])
def test_no_events_where_no_body_can_be(recorder: RecorderProcess, status: int) -> None:
    recorder.faults(answer_events=2, status=status)
    method = "HEAD" if status == 200 else "GET"
    with recorder.connect() as sock:
        sock.sendall(request(method) * 2)
        assert [each.status for each in answers(sock, method, method)] == [status] * 2
    old = recorder.ask(b"GET /x HTTP/1.0\r\n\r\n")
    assert "Transfer-Encoding" not in old.headers


def test_early_hints_go_before_the_answer(recorder: RecorderProcess) -> None:
    recorder.faults(early_hints=0.5)
    with recorder.connect() as sock:
        began = time.monotonic()
        sock.sendall(request())
        assert answer(sock).status == 103
        ahead = time.monotonic()
        assert answer(sock).status == 200
        assert time.monotonic() - began >= 0.5 > ahead - began
    assert recorder.ask(b"GET /x HTTP/1.0\r\n\r\n").status == 200


def test_answer_headers_are_added_in_order(recorder: RecorderProcess) -> None:
    recorder.faults(answer_headers=[["Set-Cookie", "a"], ["X", ""], ["Set-Cookie", "\xe9"]])
    received = recorder.ask(request())
    assert received.headers.get_all("Set-Cookie") == ["a", "\xe9"]
    assert received.headers["X-Backend-Name"] == "shadow"


def test_an_answer_header_can_end_the_connection(recorder: RecorderProcess) -> None:
    recorder.faults(answer_headers=[["connection", "close"]])
    with recorder.connect() as sock:
        sock.sendall(request())
        answer(sock)
        assert sock.recv(1) == b""


def test_hang_never_answers_and_ends_with_the_fault(recorder: RecorderProcess) -> None:
    recorder.faults(hang=True, prefix="/hang")
    with recorder.connect() as hung:
        hung.sendall(request("POST", "/hang", b"body") + request(target="/behind"))
        entries = eventually(recorder.journal, lambda e: len(e) == 2)
        assert [e["state"] for e in entries] == ["complete", "complete"]
        assert recorder.ask(request(target="/other")).status == 200
        assert select.select([hung], [], [], 0)[0] == []
        recorder.control("DELETE", "/faults")
        assert read_until_reset(hung) == b""
    assert [e["answered"] is None for e in recorder.journal()] == [True, True, False]


def test_a_client_that_leaves_a_hanging_recorder_is_noticed(recorder: RecorderProcess) -> None:
    recorder.faults(hang=True)
    with recorder.connect() as sock:
        sock.sendall(request())
        eventually(recorder.counters, lambda c: c["requests"] == 1)
        assert recorder.counters()["open"] == 1
    eventually(recorder.counters, lambda c: c["open"] == 0)


def test_owed_answers_are_bounded(recorder: RecorderProcess) -> None:
    recorder.faults(hang=True)
    with recorder.connect() as sock:
        sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            sock.sendall(request() * 1_000_000)
    assert 0 < recorder.counters()["requests"] < 4000


def upload_time(sock: socket.socket, size: int) -> float:
    """Seconds that a sender of `size` bytes is kept."""
    began = time.monotonic()
    sock.sendall(request("POST", body=bytes(size)))
    return time.monotonic() - began


def test_slow_reading_slows_the_sender(recorder: RecorderProcess) -> None:
    with recorder.connect(send_buffer=65536) as sock:
        assert upload_time(sock, MIB) < 0.2
        answer(sock)
        recorder.faults(read_rate=MIB)
        # The kernels' buffers hold a part of it; the connection was in use before the fault.
        assert upload_time(sock, MIB) > 0.4
        answer(sock)
    entry = recorder.journal()[-1]
    assert entry["length"] == MIB
    assert 0.9 < entry["ended"] - entry["at"] < 1.5


def test_slow_reading_is_felt_soon_on_a_connection_that_was_fast(
    recorder: RecorderProcess,
) -> None:
    with recorder.connect(send_buffer=65536) as sock:
        # Long enough for a kernel to grow the receive buffer, if it were free to.
        assert upload_time(sock, 32 * MIB) < 1
        answer(sock)
        recorder.faults(read_rate=1000)
        sock.sendall(request("POST", Content_Length=str(32 * MIB)))
        held = 0
        while select.select([], [sock], [], 0.3)[1]:
            held += sock.send(bytes(65536))
    assert held < 400_000


def test_slow_reading_is_even_and_ends_with_the_fault(recorder: RecorderProcess) -> None:
    recorder.faults(read_rate=10_000)
    with recorder.connect(send_buffer=65536) as sock:
        sender = threading.Thread(target=upload_time, args=(sock, MIB), daemon=True)
        sender.start()
        entry = eventually(recorder.journal, lambda e: bool(e) and e[0]["length"] > 2000)[0]
        assert entry["state"] == "receiving"
        assert entry["length"] < 500 + 10_000 * (time.time() - entry["at"] + 0.1)
        recorder.faults()
        assert answer(sock).status == 200
        sender.join()
    assert recorder.entry()["length"] == MIB


@pytest.mark.parametrize("size", [1, 1000, 65536, 3 * MIB + 1, 5 * MIB])
@pytest.mark.parametrize("receive_buffer", [0, 4096])
def test_drop_answer_at_a_byte(recorder: RecorderProcess, size: int, receive_buffer: int) -> None:
    recorder.faults(answer_bytes=5 * MIB, drop_answer_at=size)
    with recorder.connect(receive_buffer=receive_buffer) as sock:
        sock.sendall(request())
        head, _, body = read_until_reset(sock).partition(b"\r\n\r\n")
    assert b"Content-Length: 5242880" in head
    assert len(body) == size
    assert recorder.entry()["answered"] is None


def test_drop_before_the_status_line(recorder: RecorderProcess) -> None:
    recorder.faults(drop_answer_at=0)
    with recorder.connect() as sock:
        sock.sendall(request("POST", body=b"all of it"))
        assert read_until_reset(sock) == b""
    assert recorder.entry()["length"] == 9


def test_an_answer_shorter_than_the_drop_is_whole(recorder: RecorderProcess) -> None:
    recorder.faults(answer_bytes=10, drop_answer_at=11)
    assert len(recorder.ask(request()).body) == 10


@pytest.mark.parametrize("size", [0, 1, 70_000, 200_000])
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_drop_upload_at_a_byte(recorder: RecorderProcess, size: int, framing: str) -> None:
    recorder.faults(drop_upload_at=size)
    body = bytes(range(250)) * 800
    raw = request("POST", body=body)
    if framing == "chunked":
        raw = request("POST", Transfer_Encoding="chunked") + b"%x\r\n%s\r\n" % (len(body), body)
    with recorder.connect() as sock:
        try:
            sock.sendall(raw)
            assert read_until_reset(sock) == b""
        except (ConnectionResetError, BrokenPipeError):
            pass  # the reset overtook the sender
    entry = recorder.entry(state="cut")
    assert (entry["length"], entry["sha256"]) == (size, hashlib.sha256(body[:size]).hexdigest())


def test_refuse_is_dead_for_pooled_connections_too(recorder: RecorderProcess) -> None:
    with recorder.connect() as pooled, recorder.connect() as uploading:
        pooled.sendall(request())
        answer(pooled)
        uploading.sendall(request("POST", Content_Length="9") + b"part")
        eventually(recorder.journal, lambda e: len(e) == 2)
        recorder.faults(refuse=True)
        for sock in (pooled, uploading):
            assert read_until_reset(sock) == b""
    with pytest.raises(ConnectionRefusedError):
        recorder.connect()
    assert [e["state"] for e in recorder.journal()] == ["complete", "cut"]
    recorder.faults(refuse=True, status=500)
    with pytest.raises(ConnectionRefusedError):
        recorder.connect()
    recorder.faults(status=500)
    assert recorder.ask(request()).status == 500


def test_refuse_ends_with_a_reset(recorder: RecorderProcess) -> None:
    recorder.faults(refuse=True)
    recorder.control("POST", "/reset")
    assert recorder.ask(request()).status == 200


def test_prefix_limits_faults_to_its_targets(recorder: RecorderProcess) -> None:
    recorder.faults(status=500, prefix="/api")
    targets = ["/api", "/api/v1?x", "/apix", "/", "/x/api", "/healthz"]
    statuses = [recorder.ask(request(target=target)).status for target in targets]
    assert statuses == [500, 500, 500, 200, 200, 200]
    recorder.faults(status=500)
    assert recorder.ask(request(target="/healthz")).status == 500


def test_an_answer_stops_at_a_byte_and_ends_with_the_fault(recorder: RecorderProcess) -> None:
    recorder.faults(answer_bytes=5000, hang_answer_at=1000)
    with recorder.connect() as sock:
        sock.sendall(request())
        got = b""
        while len(got.partition(b"\r\n\r\n")[2]) < 1000:
            got += sock.recv(65536)
        assert len(got.partition(b"\r\n\r\n")[2]) == 1000
        assert select.select([sock], [], [], 0.1)[0] == []
        recorder.control("DELETE", "/faults")
        assert read_until_reset(sock) == b""
    assert recorder.entry()["answered"] is None


def test_an_early_answer_comes_before_the_body_which_is_read_on(recorder: RecorderProcess) -> None:
    recorder.faults(early=True)
    whole = request("POST", body=b"x" * 1000)
    with recorder.connect() as sock:
        sock.sendall(whole[:-500])
        assert answer(sock).status == 200
        assert recorder.entry(state="receiving")["length"] == 500
        sock.sendall(whole[-500:] + request())
        assert answer(sock).status == 200
    assert [each["state"] for each in recorder.journal()] == ["complete", "complete"]
