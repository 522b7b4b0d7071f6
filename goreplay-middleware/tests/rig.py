"""What a test of a mirroring tool starts: recorders, HAProxy, the tool itself."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from features.support.gateways.haproxy_family import PROGRAM
from features.support.stack import programs

from .client import Answer, Client

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
START = 10.0  # seconds
T = TypeVar("T")
Headers = Iterable[tuple[str, str]]
Body = bytes | list[bytes]  # a list is sent in chunks


def eventually(probe: Callable[[], T], until: Callable[[T], bool], within: float) -> T:
    """Poll until the observation is right; AssertionError shows the last one."""
    end = time.monotonic() + within
    while not until(seen := probe()):
        assert time.monotonic() < end, f"not within {within} s; last seen: {seen!r:.500}"
        time.sleep(0.01)
    return seen


def free_address() -> str:
    """An address of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def listens(address: str) -> bool:
    """Whether a connection is accepted."""
    host, _, port = address.rpartition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False


def digest(body: Body) -> str:
    """The sha256 of a body, as the recorder's journal has it."""
    return sha256(body if isinstance(body, bytes) else b"".join(body)).hexdigest()


def read(url: str) -> str:
    """What a page says, whatever its status."""
    request = urllib.request.Request(url)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()


class Program:
    """A process of the rig, killed with all it started when the rig ends."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as output:
            self.child = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.log = log

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process itself."""
        self.child.send_signal(number)

    def kill(self) -> None:
        """Kill the process and all it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def resident(self) -> int:
        """Memory of the process, in bytes."""
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    def files(self) -> int:
        """Open files of the process."""
        return len(list(Path(f"/proc/{self.child.pid}/fd").iterdir()))


class Recorder:
    """A recorder with its control port."""

    def __init__(self, name: str, directory: Path) -> None:
        self.service, self._control = free_address(), free_address()
        flags = ["--name", name, "--listen", self.service, "--control", self._control]
        package = str(ROOT / "recorder")
        self.program = Program(
            [sys.executable, "-m", "mirror_recorder", *flags],
            {"PYTHONPATH": package},
            directory / f"{name}.log",
        )
        eventually(lambda: listens(self._control), bool, START)

    def faults(self, **faults: Any) -> None:
        """Replace the faults."""
        self._ask("PUT", "/faults", faults)

    def reset(self) -> None:
        """Behave again, and forget the journal."""
        self._ask("POST", "/reset")

    def entries(self, *ids: str) -> list[dict[str, Any]]:
        """The journal's entries, of all requests or of some."""
        query = urlencode([("id", i) for i in ids])
        entries: list[dict[str, Any]] = self._ask("GET", f"/journal?{query}")["entries"]
        return entries

    def counters(self) -> dict[str, int]:
        """The counters."""
        counters: dict[str, int] = self._ask("GET", "/journal?since=999999999")["counters"]
        return counters

    def _ask(self, method: str, path: str, document: Any = None) -> Any:
        connection = http.client.HTTPConnection(self._control, timeout=5)
        try:
            connection.request(method, path, None if document is None else json.dumps(document))
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status < 300, text
            return json.loads(text or b"null")
        finally:
            connection.close()


class Rig:
    """Recorders and HAProxy with a configuration; subclasses add the tool."""

    def __init__(self, cfg: Path, directory: Path, settings: Mapping[str, str]) -> None:
        self._stack = ExitStack()
        self.directory = directory
        try:
            self.primary, self.shadow = self._recorder("primary"), self._recorder("shadow")
            self.gateway, self.stats = free_address(), free_address()
            self.environment = {
                "PRIMARY": self.primary.service,
                "SHADOW": self.shadow.service,
                "GATEWAY_BIND": self.gateway,
                "STATS_BIND": self.stats,
                **settings,
            }
            self._start_tool()
            haproxy = programs.find(PROGRAM)
            assert haproxy
            self.haproxy = self.run("haproxy", [str(haproxy), "-db", "-f", str(cfg)])
            self._await_copies()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End everything."""
        self._stack.close()

    def run(self, name: str, command: list[str], **environment: str) -> Program:
        """Start a program that ends with the rig."""
        program = Program(
            command, {**self.environment, **environment}, self.directory / f"{name}.log"
        )
        self._stack.callback(program.kill)
        return program

    def client(self) -> Client:
        """A new client connection."""
        client = Client(self.gateway)
        self._stack.callback(client.close)
        return client

    def reset(self) -> None:
        """Make both recorders behave, and forget."""
        self.primary.reset()
        self.shadow.reset()

    def copies(self, answers: Iterable[Answer], within: float = 8.0) -> dict[str, dict[str, Any]]:
        """The journal entry of each request's only copy, by id, once all have arrived."""
        ids = [answer.id for answer in answers]

        def whole() -> list[dict[str, Any]]:
            return [entry for entry in self.shadow.entries(*ids) if entry["state"] != "receiving"]

        found = eventually(whole, lambda entries: len(entries) >= len(ids), within)
        by_id = {entry["request_id"]: entry for entry in found}
        assert len(found) == len(by_id) == len(ids)
        return by_id

    def settle(self, target: str = "/api/v1/sentinel") -> None:
        """Send a request that is mirrored, and wait for its copy."""
        self.copies([self.client().send("GET", target)])

    def _recorder(self, name: str) -> Recorder:
        recorder = Recorder(name, self.directory)
        self._stack.callback(recorder.program.kill)
        return recorder

    def _start_tool(self) -> None:
        raise NotImplementedError

    def _await_copies(self) -> None:
        def copied() -> bool:
            with suppress(OSError):
                answer = self.client().send("GET", "/api/v1/ready")
                with suppress(AssertionError):
                    return answer.status == 200 and bool(self.copies([answer], within=0.5))
            return False

        eventually(copied, bool, START)
        self.reset()
