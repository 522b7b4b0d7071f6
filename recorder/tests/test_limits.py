"""What a recorder does not take: bodies over its limit, and what is no request."""

import hashlib
import os
from pathlib import Path

import pytest
from mirror_recorder.testing import RecorderProcess, answer, chunked, eventually, request

LIMIT = 64 * 1024 * 1024


def memory_peak(recorder: RecorderProcess) -> int:
    """Largest resident size so far, in KiB."""
    status = Path(f"/proc/{recorder.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_the_largest_body_is_hashed_not_kept(recorder: RecorderProcess, framing: str) -> None:
    recorder.ask(request("POST", body=b"warm"))
    recorder.control("DELETE", "/journal")
    before = memory_peak(recorder)
    block = os.urandom(1 << 20)
    digest = hashlib.sha256()
    with recorder.connect() as sock:
        if framing == "length":
            sock.sendall(request("POST", Content_Length=str(LIMIT)))
        else:
            sock.sendall(request("POST", Transfer_Encoding="chunked"))
            sock.sendall(b"%x\r\n" % LIMIT)
        for _ in range(64):
            digest.update(block)
            sock.sendall(block)
        sock.sendall(b"\r\n0\r\n\r\n" if framing == "chunked" else b"")
        assert answer(sock).status == 200
    entry = recorder.entry()
    assert (entry["length"], entry["sha256"]) == (LIMIT, digest.hexdigest())
    assert memory_peak(recorder) - before < 8 * 1024


def test_a_larger_declared_body_is_refused_at_once(recorder: RecorderProcess) -> None:
    with recorder.connect() as sock:
        sock.sendall(request("POST", Content_Length=str(LIMIT + 1), Expect="100-continue"))
        response = answer(sock)
        sock.sendall(bytes(8 << 20))  # is thrown away, not reset
    assert response.status == 413
    assert b"larger than the 67108864 bytes" in response.body
    assert (recorder.entry(state="cut")["length"], recorder.counters()["malformed"]) == (0, 0)


def test_a_larger_chunked_body_is_refused_when_it_gets_there(recorder: RecorderProcess) -> None:
    block = b"%x\r\n%s\r\n" % (1 << 20, bytes(1 << 20))
    with recorder.connect() as sock:
        sock.sendall(request("POST", Transfer_Encoding="chunked"))
        for _ in range(66):
            sock.sendall(block)
        assert answer(sock).status == 413
    assert LIMIT - 70_000 < recorder.entry(state="cut")["length"] <= LIMIT


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"\x16\x03\x01 garbage\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (chunked(end=b"xyz\r\n"), 400),
        (chunked(end=b"1\r\nab\r\n"), 400),
        (chunked(end=b"0\r\nno colon\r\n"), 400),
        (b"GET /" + b"x" * 70_000, 431),
    ],
)
def test_what_is_not_a_request_is_refused(
    recorder: RecorderProcess, raw: bytes, status: int
) -> None:
    response = recorder.ask(raw)
    assert response.status == status
    assert response.body.count(b"\n") == 1
    assert recorder.counters()["malformed"] == 1


def test_half_a_head_is_counted(recorder: RecorderProcess) -> None:
    with recorder.connect() as sock:
        sock.sendall(b"GET / HT")
    eventually(recorder.counters, lambda c: c["malformed"] == 1)
