"""A real agent process, what it says, and HAProxy's side of SPOP spoken by hand."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from mirror_agent.spop.codec import (
    Value,
    decode_pairs,
    decode_varint,
    encode_pairs,
    encode_string,
    encode_value,
    encode_varint,
)
from mirror_agent.spop.frames import HAPROXY_HELLO, NOTIFY, frame
from mirror_recorder.testing import DEADLINE, eventually
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "mirror-agent"
START_DEADLINE = 10.0


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class Process:
    """A context manager: a process whose standard error is read line by line."""

    def __init__(self, *command: str, **environment: str) -> None:
        self.command = command
        self.environment = {**os.environ, "PYTHONPATH": str(PACKAGE), **environment}
        self.lines: list[str] = []

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self.command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=self.environment,
        )
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines += iter(self.process.stderr.readline, "")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def wait(self, within: float = START_DEADLINE) -> int:
        """The exit code."""
        return self.process.wait(within)


class Agent(Process):
    """An agent with JSON logs, given by a configuration's text or by flags."""

    def __init__(self, directory: Path, text: str, *flags: str, **environment: str) -> None:
        self.config = directory / "agent.yaml"
        self.config.write_text(text)
        command = (sys.executable, "-m", "mirror_agent", str(self.config), *flags)
        super().__init__(*command, "--log-format", "json", **environment)
        self.ports: dict[str, int] = {}

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            eventually(self._ready, bool, START_DEADLINE)
        except BaseException:
            self.__exit__()
            raise AssertionError(f"the agent did not start: {self.lines}") from None
        for entry in self.log("listening"):
            self.ports[entry["input"]] = int(entry["address"].rpartition(":")[2])
        return self

    def _ready(self) -> bool:
        assert self.process.poll() is None, self.lines
        return bool(self.log("ready"))

    def log(self, event: str = "") -> list[dict[str, Any]]:
        """The log's entries, or those of an event."""
        entries = [json.loads(line) for line in self.lines if line.startswith("{")]
        return [entry for entry in entries if event in ("", entry["event"])]

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page of the agent's own server."""
        url = f"http://127.0.0.1:{self.ports['metrics']}{path}"
        try:
            with urllib.request.urlopen(url, timeout=DEADLINE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def figure(self, name: str, **labels: str) -> float:
        """A metric, summed over the labels that are not given."""
        return total(self.get("/metrics")[1], f"mirror_agent_{name}", labels)

    def account(self, shadow: str = "shadow") -> dict[str, float]:
        """The account of a shadow: received, sent, dropped, failed and in_flight."""
        text = self.get("/metrics")[1]
        names = {"received": "_total", "sent": "_total", "dropped": "_total", "failed": "_total"}
        names["in_flight"] = ""
        return {
            name: total(text, f"mirror_agent_{name}{end}", {"shadow": shadow})
            for name, end in names.items()
        }

    def settled(self, received: int, shadow: str = "shadow") -> dict[str, float]:
        """The account once so many were received and none is in flight; it must add up."""
        account = eventually(
            lambda: self.account(shadow),
            lambda a: a["received"] >= received and not a["in_flight"],
            START_DEADLINE,
        )
        assert account["received"] == account["sent"] + account["dropped"] + account["failed"]
        assert account["received"] == received
        return account


def total(text: str, name: str, labels: Mapping[str, str]) -> float:
    """The sum of the samples of a metric that have these labels."""
    samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
    found = [sample for sample in samples if sample.name == name]
    assert found, f"no metric {name} in\n{text}"
    return sum(sample.value for sample in found if labels.items() <= sample.labels.items())


def hello_pairs(**changes: Value) -> dict[bytes, Value]:
    """What HAProxy says in HELLO; a changed value of None leaves a key out."""
    pairs: dict[str, Value] = {
        "supported-versions": b"2.0",
        "max-frame-size": 16380,
        "capabilities": b"pipelining,async",
        "engine-id": b"F1A2",
    }
    pairs |= {name.replace("_", "-"): value for name, value in changes.items()}
    return {name.encode(): value for name, value in pairs.items() if value is not None}


def pairs_of(values: Mapping[bytes, Value]) -> bytes:
    """Pairs as they go over the wire."""
    return encode_pairs({name: encode_value(value) for name, value in values.items()})


def hello(**changes: Value) -> bytes:
    """HAProxy's HELLO."""
    return frame(HAPROXY_HELLO, pairs_of(hello_pairs(**changes)))


HEADERS = b"host: a.example\r\nx-request-id: 1\r\n\r\n"


def message(**arguments: Value) -> bytes:
    """The payload of a NOTIFY with one message; a changed value of None leaves a key out."""
    values: dict[str, Value] = {"method": b"GET", "target": b"/", "headers": HEADERS}
    values |= {"body": b"", "announced": 0}
    values |= arguments
    given = {name.encode(): value for name, value in values.items() if value is not None}
    return encode_string(b"request") + bytes((len(given),)) + pairs_of(given)


def notify(payload: bytes, stream: int = 1, number: int = 1) -> bytes:
    """A NOTIFY frame."""
    return frame(NOTIFY, payload, encode_varint(stream) + encode_varint(number))


class Peer:
    """A context manager: a raw connection to an input of the agent."""

    def __init__(self, port: int, greet: bool = True) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), DEADLINE)
        self._buffer = b""
        if greet:
            self.send(hello())
            assert self.frame()[0] == 101

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.sock.sendall(data)

    def frame(self) -> tuple[int, int, int, bytes]:
        """The next frame: type, stream id, frame id, payload; EOFError at the end."""
        length = int.from_bytes(self._exactly(4), "big")
        content = self._exactly(length)
        assert content[1:5] == b"\0\0\0\1", "not an unfragmented frame"
        stream, position = decode_varint(content, 5)
        number, position = decode_varint(content, position)
        return content[0], stream, number, content[position:]

    def farewell(self) -> int:
        """The status of the agent's DISCONNECT, which must be followed by the end."""
        kind, _, _, payload = self.frame()
        assert kind == 102, f"a frame of type {kind}"
        assert self.ended()
        status = decode_pairs(payload, 0)[b"status-code"]
        assert isinstance(status, int)
        return status

    def ended(self) -> bool:
        """Whether the agent closes the connection without another word."""
        try:
            return not self._buffer and self.sock.recv(1) == b""
        except ConnectionResetError:
            return True

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            piece = self.sock.recv(65536)
            if not piece:
                raise EOFError
            self._buffer += piece
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found
