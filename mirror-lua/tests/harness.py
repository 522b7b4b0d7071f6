"""HAProxy with the reference configuration of the Lua way, its client, and its own figures."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from features.support.gateways.haproxy_family import PROGRAM
from features.support.paths import DOCKER, ROOT
from features.support.stack import programs
from features.support.stack.ports import free_port
from features.support.stack.process import Process
from features.support.waiting import eventually
from features.support.wire.client import Address, ClientError, connection, request, send, send_over
from features.support.wire.exchange import Answer, Headers, Sent
from features.support.wire.recorder import Recorder

CONFIG = DOCKER / "haproxy-lua" / "haproxy.cfg"
SCRIPT = ROOT / "mirror-lua" / "mirror.lua"
HAPROXY = str(programs.find(PROGRAM))
WITHIN = 5.0

Ask = Callable[..., Answer]


def check(
    settings: Mapping[str, str] | None = None, config: Path = CONFIG
) -> "subprocess.CompletedProcess[str]":
    """Return what HAProxy says of a configuration; a warning counts as an error."""
    return subprocess.run(
        [HAPROXY, "-dW", "-c", "-f", str(config)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "MIRROR_LUA": str(SCRIPT), **(settings or {})},
    )  # fmt: skip


def replaced(text: str, old: str, new: str) -> str:
    """Return a configuration with one thing changed."""
    assert text.count(old) == 1, f"{text.count(old)} times: {old!r}"
    return text.replace(old, new)


@contextmanager
def recorder(name: str, directory: Path) -> Iterator[Recorder]:
    """Run a recorder that plays the primary or the shadow."""
    at = {each: Address("127.0.0.1", free_port()) for each in ("service", "second", "control")}
    process = Process(
        name,
        [sys.executable, "-m", "mirror_recorder", "--name", name],
        {
            "PYTHONPATH": str(ROOT / "recorder"),
            "RECORDER_LISTEN": str(at["service"]),
            "RECORDER_SECOND": str(at["second"]),
            "RECORDER_CONTROL": str(at["control"]),
        },
        directory / f"{name}.log",
    )
    with _running(process, [at["service"].port, at["control"].port]):
        journal = Recorder(name, at.__getitem__)
        yield journal
        journal.close()


@contextmanager
def gateway(
    directory: Path, primary: int, shadow: int, edit: Callable[[str], str] = str, **settings: str
) -> Iterator["Gateway"]:
    """Run HAProxy in master-worker mode.

    `edit` changes the text of the reference configuration; settings are its environment.
    """
    entry, stats = (Address("127.0.0.1", free_port()) for _ in range(2))
    config = directory / f"haproxy-{entry.port}.cfg"
    config.write_text(edit(CONFIG.read_text()))
    process = Process(
        "haproxy-lua",
        [HAPROXY, "-W", "-db", "-f", str(config)],
        {
            "PRIMARY": f"127.0.0.1:{primary}",
            "SHADOW": f"127.0.0.1:{shadow}",
            "GATEWAY_BIND": str(entry),
            "STATS_BIND": str(stats),
            "MIRROR_LUA": str(SCRIPT),
            **settings,
        },
        config.with_suffix(".log"),
    )
    with _running(process, [entry.port, stats.port]):
        yield Gateway(entry, stats, process)


@contextmanager
def _running(process: Process, listening: list[int]) -> Iterator[None]:
    try:
        process.start(listening)
        yield
    finally:
        process.stop()


class Gateway:
    """A running HAProxy as clients and operators see it."""

    def __init__(self, entry: Address, stats: Address, process: Process) -> None:
        self.entry, self.stats, self.process = entry, stats, process

    def send(self, sent: Sent) -> int:
        """Send a request on a connection of its own: the answer's status."""
        return send(self.entry, sent).status

    def ask(self, method: str = "GET", target: str = "/api/v1", headers: Headers = ()) -> int:
        """Send a request without a body: the answer's status."""
        return self.send(request(method, target, headers))

    def send_raw(self, raw: bytes) -> int:
        """Send bytes on a connection of their own: the status of the answer."""
        with connection(self.entry) as link:
            link.connect()
            link.sock.sendall(raw)
            answer = link.response_class(link.sock, method="GET")
            answer.begin()
            return answer.status

    @contextmanager
    def client(self) -> Iterator[Ask]:
        """Ask on one connection, all of which HAProxy serves on one thread."""
        with connection(self.entry) as link:
            yield lambda target="/api/v1": send_over(link, request("GET", target))

    def await_answers(self) -> None:
        """Wait until HAProxy answers."""

        def well() -> bool:
            try:
                return self.ask(target="/health") == 200
            except ClientError:
                return False

        eventually(well, bool, WITHIN, "an answer of HAProxy")

    def fetch(self, path: str) -> str:
        """Return a page of the stats port."""
        return requests.get(f"http://{self.stats}{path}", timeout=WITHIN).text

    def account(self, shadow: str = "shadow") -> dict[str, Any]:
        """Return a shadow's figures, which add up at any moment; reasons are among them."""
        url = f"http://{self.stats}/mirroring.json"
        figures: dict[str, Any] = requests.get(url, timeout=WITHIN).json()[shadow]
        dropped, failed = figures.pop("dropped"), figures.pop("failed")
        ended = figures["sent"] + sum(dropped.values()) + sum(failed.values())
        assert figures["seen"] == ended + figures["queued"], (figures, dropped, failed)
        return {**figures, **dropped, **{f"failed_{name}": n for name, n in failed.items()}}

    def settled(self, within: float = WITHIN, **wanted: int) -> dict[str, Any]:
        """Return the figures once nothing is queued and `wanted` is so."""
        wanted = {"queued": 0, **wanted}
        return eventually(
            self.account,
            lambda figures: all(figures[name] == value for name, value in wanted.items()),
            within,
            f"an account with {wanted}",
        )
