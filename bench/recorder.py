"""What a recorder costs: requests a second and CPU time on one core, with the journal on.

Example: python3 -m bench.recorder --seconds 3 --connections 16
The recorder is pinned to one core and the load generator (wrk, else an asyncio client) to another.
Exits with 1 below the target.
"""

import argparse
import asyncio
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from bench import loads

PACKAGE = Path(__file__).parents[1] / "recorder"
TARGET = 5000
JOURNAL = 100_000
HEADERS = {
    "Host": "localhost:10004",
    "User-Agent": "bench/1",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "X-Forwarded-For": "127.0.0.1",
    "X-Route": "v1",
}
BODY = "x" * 1024
# Every request has its own id, so that the journal's index is part of what is measured.
WRK_SCRIPT = """
local n = 0
local headers = {%s}
request = function()
  n = n + 1
  headers["X-Request-Id"] = "bench-" .. n
  return wrk.format("%s", "/api/v1/items?page=1", headers, %s)
end
"""


@dataclass(frozen=True)
class RecorderLoad:
    """What a load generator saw: requests a second, and percentiles of the time in ms."""

    rate: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Running:
    """A recorder under measurement."""

    pid: int
    port: int
    control_port: int

    def cpu(self) -> float:
        """CPU seconds used so far."""
        used = psutil.Process(self.pid).cpu_times()
        return used.user + used.system

    def memory(self) -> float:
        """Resident MiB."""
        return psutil.Process(self.pid).memory_info().rss / 2**20

    def control(self, method: str, path: str) -> bytes:
        """One request to the control port."""
        connection = http.client.HTTPConnection("127.0.0.1", self.control_port, timeout=30)
        try:
            connection.request(method, path)
            return connection.getresponse().read()
        finally:
            connection.close()

    def requests(self) -> int:
        """Requests recorded since the last reset."""
        count: int = json.loads(self.control("GET", "/healthz"))["counters"]["requests"]
        return count


@contextmanager
def recorder(core: int) -> Iterator[Running]:
    """A recorder pinned to a core, on ports of the kernel's choice."""
    command = [
        sys.executable,
        "-m",
        "mirror_recorder",
        "--listen",
        "127.0.0.1:0",
        "--control",
        "127.0.0.1:0",
    ]
    process = subprocess.Popen(
        [*command, "--journal", str(JOURNAL)], stdout=subprocess.PIPE, text=True, cwd=PACKAGE
    )
    try:
        os.sched_setaffinity(process.pid, {core})
        assert process.stdout is not None
        match = re.search(r"service on \S+:(\d+), control on \S+:(\d+)", process.stdout.readline())
        if match is None:
            raise SystemExit("bench: the recorder did not start; its reason is above")
        yield Running(process.pid, int(match[1]), int(match[2]))
    finally:
        process.kill()
        process.communicate()


def wrk(program: str, port: int, method: str, seconds: int, connections: int) -> RecorderLoad:
    """Load from wrk, in one thread."""
    headers = ", ".join(f'["{name}"] = "{value}"' for name, value in HEADERS.items())
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(WRK_SCRIPT % (headers, method, f'"{BODY}"' if method == "POST" else "nil"))
        script.flush()
        command = [program, "-t1", f"-c{connections}", f"-d{seconds}", "--latency"]
        command += ["-s", script.name, f"http://127.0.0.1:{port}"]
        output = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=seconds + 30
        ).stdout
    seen = loads.parse(output)
    if seen.errors or seen.p50 is None or seen.p99 is None:
        raise SystemExit(f"bench: wrk reports {seen.errors} errors, {seen.answered} answers")
    return RecorderLoad(seen.rate, seen.p50, seen.p99)


class _Client(asyncio.Protocol):
    """One connection that asks again as soon as it has its answer."""

    def __init__(self, method: str, number: int, times: list[float]) -> None:
        self._head = f"{method} /api/v1/items?page=1 HTTP/1.1\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in HEADERS.items()
        )
        self._body = BODY if method == "POST" else ""
        if self._body:
            self._head += f"Content-Length: {len(self._body)}\r\n"
        self._prefix = f"bench-{number}-"
        self._times = times
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        identity = f"X-Request-Id: {self._prefix}{len(self._times)}\r\n\r\n"
        self._began = time.perf_counter()
        assert isinstance(self._transport, asyncio.WriteTransport)
        self._transport.write((self._head + identity + self._body).encode())

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._received.endswith(b"}\n"):  # the end of the recorder's JSON
            self._received = b""
            self._times.append(time.perf_counter() - self._began)
            self._ask()


async def fallback(port: int, method: str, seconds: int, connections: int) -> RecorderLoad:
    """Load from this process, where wrk is not installed."""
    times: list[float] = []
    transports = []
    for number in range(connections):
        client = partial(_Client, method, number, times)
        transport, _ = await asyncio.get_running_loop().create_connection(client, "127.0.0.1", port)
        transports.append(transport)
    await asyncio.sleep(seconds)
    for transport in transports:
        transport.abort()
    percentiles = statistics.quantiles(times, n=100)
    return RecorderLoad(len(times) / seconds, percentiles[49] * 1000, percentiles[98] * 1000)


def timed(running: Running, path: str) -> str:
    """Milliseconds and size of one read on the control port."""
    began = time.perf_counter()
    size = len(running.control("GET", path))
    return f"{(time.perf_counter() - began) * 1000:8.1f} ms  {size / 1024:9.1f} KiB"


def upload(running: Running, size: int) -> float:
    """MiB a second for one body of `size` bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    try:
        began = time.perf_counter()
        connection.request("POST", "/upload", bytes(size))
        connection.getresponse().read()
        return size / 2**20 / (time.perf_counter() - began)
    finally:
        connection.close()


def measure(running: Running, method: str, seconds: int, connections: int) -> float:
    """Print one row of the table; returns requests a second."""
    running.control("POST", "/reset")
    before = running.cpu()
    if program := shutil.which("wrk"):
        load = wrk(program, running.port, method, seconds, connections)
    else:
        load = asyncio.run(fallback(running.port, method, seconds, connections))
    cost = (running.cpu() - before) / running.requests() * 1e6
    name = f"{method} of {len(BODY)} bytes" if method == "POST" else method
    print(f"{name:20} {load.rate:10.0f} {load.p50:9.2f} {load.p99:9.2f} {cost:14.1f}")
    return load.rate


def main() -> int:
    """Measure and print; 0 when every kind of request reaches the target."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=3, help="for each kind of request (3)")
    parser.add_argument("--connections", type=int, default=16, help="kept open at once (16)")
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    with recorder(cores[0]) as running:
        os.sched_setaffinity(0, {cores[-1]})
        print(f"recorder on core {cores[0]}, {shutil.which('wrk') or 'asyncio client'}", end=" ")
        print(f"on core {cores[-1]}, {options.connections} connections, {options.seconds} s each")
        print(
            f"{'request':20} {'requests/s':>10} {'p50 ms':>9} {'p99 ms':>9} {'CPU us/request':>14}"
        )
        empty = running.memory()
        load = (options.seconds, options.connections)
        rates = [measure(running, method, *load) for method in ("GET", "POST")]
        entries, kept = min(running.requests(), JOURNAL), running.memory() - empty
        print(
            f"\njournal of {entries} entries: {kept:.0f} MiB, {kept * 1024 / entries:.2f} KiB each"
        )
        document = json.loads(running.control("GET", "/journal?since=0"))
        last = document["entries"][-1]
        since = max(0, last["n"] - 10_000)
        print(f"read by id:          {timed(running, '/journal?id=' + last['request_id'])}")
        print(f"read 10,000 entries: {timed(running, f'/journal?since={since}')}")
        print(f"one body of 64 MiB:  {upload(running, 64 * 2**20):8.0f} MiB/s")
    reached = min(rates) >= TARGET
    print(f"\ntarget of {TARGET} requests/s on one core: {'reached' if reached else 'MISSED'}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
