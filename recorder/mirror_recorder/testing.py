"""A real recorder process on ports of the kernel's choice, and raw sockets to it."""

import http.client
import json
import os
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self, TypeVar
from urllib.parse import urlencode

PACKAGE = Path(__file__).parents[1]
START_DEADLINE = 10.0
DEADLINE = 2.0

T = TypeVar("T")


def eventually(probe: Callable[[], T], until: Callable[[T], bool], within: float = DEADLINE) -> T:
    """Poll until the observation is right; AssertionError shows the last one."""
    end = time.monotonic() + within
    while not until(seen := probe()):
        assert time.monotonic() < end, f"not within {within} s; last seen: {seen!r}"
        time.sleep(0.002)
    return seen


def popen(*flags: str, env: dict[str, str] | None = None) -> "subprocess.Popen[str]":
    """Start a recorder from a directory that is not its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "mirror_recorder", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**(os.environ if env is None else env), "PYTHONPATH": str(PACKAGE)},
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Exit code and standard error of a recorder that ends by itself."""
    try:
        _, errors = process.communicate(timeout=START_DEADLINE)
        return process.returncode, errors
    finally:
        process.kill()


class RecorderProcess:
    """A context manager: a recorder named "shadow", its two ports, its control API."""

    def __init__(self, *flags: str, name: str = "shadow", **variables: str) -> None:
        self.process = popen(
            *("--name", name, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", *flags),
            env=os.environ | variables,
        )
        self.port = self.second_port = self.control_port = 0

    def __enter__(self) -> Self:
        try:
            assert self.process.stdout is not None
            ready, _, _ = select.select([self.process.stdout], [], [], START_DEADLINE)
            line = self.process.stdout.readline() if ready else "nothing printed"
            match = re.search(
                r"service on [^ ,]*:(\d+)(?: and [^ ,]*:(\d+))?, control on \S*:(\d+)$", line
            )
            assert match, f"recorder did not start: {line!r}"
            self.port, self.second_port, self.control_port = (
                int(each or 0) for each in match.groups()
            )
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def connect(self, send_buffer: int = 0, receive_buffer: int = 0) -> socket.socket:
        """A new connection to the service port; every wait on it has a deadline."""
        sock = socket.socket()
        sock.settimeout(DEADLINE)
        if send_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            sock.connect(("127.0.0.1", self.port))
        except BaseException:
            sock.close()
            raise
        return sock

    def ask(self, raw: bytes, method: str = "GET") -> "Answer":
        """Send raw bytes on a new connection and read one answer."""
        with self.connect() as sock:
            sock.sendall(raw)
            return answer(sock, method)

    def control(
        self, method: str, path: str, document: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """One request to the control port: status and JSON document."""
        connection = http.client.HTTPConnection("127.0.0.1", self.control_port, timeout=DEADLINE)
        try:
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            connection.request(method, path, None if document is None else body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def faults(self, **faults: Any) -> None:
        """Replace the faults."""
        status, document = self.control("PUT", "/faults", faults)
        assert status == 200, document

    def journal(self, *ids: str, since: int = 0) -> list[dict[str, Any]]:
        """The journal's entries."""
        query = urlencode([*(("id", i) for i in ids), ("since", since)])
        status, document = self.control("GET", f"/journal?{query}")
        assert status == 200, document
        entries: list[dict[str, Any]] = document["entries"]
        return entries

    def entry(self, *ids: str, state: str = "complete") -> dict[str, Any]:
        """The only entry, of these ids if any are given, once it has this state."""
        (found,) = eventually(
            lambda: self.journal(*ids), lambda entries: [e["state"] for e in entries] == [state]
        )
        return found

    def printed(self) -> str:
        """The next line on standard output, which must come."""
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], DEADLINE)[0], "nothing was printed"
        return self.process.stdout.readline()

    def counters(self) -> dict[str, int]:
        """The counters."""
        counters: dict[str, int] = self.control("GET", "/healthz")[1]["counters"]
        return counters


@dataclass(frozen=True)
class Answer:
    """An answer as a client reads it."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def answers(sock: socket.socket, *methods: str) -> list[Answer]:
    """Read one answer for each request's method, in order, from a socket."""
    with sock.makefile("rb") as file:
        return [_read_answer(file, method) for method in methods]


def answer(sock: socket.socket, method: str = "GET") -> Answer:
    """Read one answer from a socket that holds no second one."""
    return answers(sock, method)[0]


def _read_answer(file: BinaryIO, method: str) -> Answer:
    line = file.readline()
    assert line.startswith(b"HTTP/1.1 "), f"not a status line: {line!r}"
    status = int(line.split()[1])
    headers = http.client.parse_headers(file)
    bodiless = method == "HEAD" or status < 200 or status in (204, 304)
    size = 0 if bodiless else int(headers["Content-Length"])
    body = file.read(size)
    assert len(body) == size, f"{len(body)} of {size} bytes"
    return Answer(status, headers, body)


def read_until_reset(sock: socket.socket) -> bytes:
    """All bytes until the peer's RST; fails when the peer closes in order instead."""
    received = b""
    try:
        while piece := sock.recv(1 << 20):
            received += piece
    except ConnectionResetError:
        return received
    raise AssertionError(f"closed, not reset, after {len(received)} bytes")


def request(method: str = "GET", target: str = "/x", body: bytes = b"", **headers: str) -> bytes:
    """A well-formed request; a header's name is written with underscores."""
    lines = [f"{method} {target} HTTP/1.1", "Host: test"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """A request whose body comes in these chunks; `end` is what follows them."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%X;e=1\r\n%s\r\n" % (len(p), p) for p in pieces) + end
