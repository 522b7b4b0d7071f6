"""What a shadow can do to the agent: the account adds up, nobody waits, others are not hurt."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from mirror_agent.spop.codec import Value
from mirror_recorder.testing import RecorderProcess, eventually

from .agent_process import Agent, Peer, free_port, message, notify
from .conftest import StartAgent

QUICK = ", answer_timeout: 300ms, circuit: {failures: 1000000}"


def ask(agent: Agent, count: int = 1, target: bytes = b"/x", **more: Value) -> None:
    """Hand requests over; each must be acknowledged."""
    with Peer(agent.ports["spoe"]) as peer:
        payload = message(target=target, **more)
        peer.send(b"".join(notify(payload, n) for n in range(count)))
        assert [peer.frame()[1] for _ in range(count)] == list(range(count))


def _at_least(least: int) -> Callable[[float], bool]:
    return lambda seen: seen >= least


def test_every_copy_arrives_once_over_few_connections(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port, shadow=", connections: 3")
    ask(agent, 500)
    assert agent.settled(500)["sent"] == 500
    counters = recorder.counters()
    assert counters["requests"] == 500
    assert counters["connections"] <= 3


def test_sequential_copies_share_one_connection(agent: Agent, recorder: RecorderProcess) -> None:
    for n in range(1, 21):
        ask(agent)
        agent.settled(n)
    assert recorder.counters()["connections"] == 1


@pytest.mark.parametrize(
    ("faults", "outcome"),
    [
        ({"status": 500}, "sent"),
        ({"answer_bytes": 500_000}, "sent"),
        ({"answer_bytes": 3_000_000}, "sent"),
        ({"drop_answer_at": 0}, "failed"),
        ({"answer_bytes": 10_000, "drop_answer_at": 5_000}, "sent"),
        ({"hang": True}, "failed"),
        ({"refuse": True}, "failed"),
        ({"delay": 0.1}, "sent"),
    ],
)
def test_every_fault_has_its_place_in_the_account(
    recorder: RecorderProcess, start_agent: StartAgent, faults: dict[str, object], outcome: str
) -> None:
    agent = start_agent(recorder.port, shadow=QUICK)
    recorder.faults(**faults)
    ask(agent, 20)
    assert agent.settled(20)[outcome] == 20
    recorder.faults()
    ask(agent, 20)
    assert agent.settled(40)["sent"] == 20 + (20 if outcome == "sent" else 0)


def test_a_dead_shadow_opens_the_circuit_and_is_not_dialled_for_every_request(
    start_agent: StartAgent,
) -> None:
    agent = start_agent(free_port(), shadow=", circuit: {failures: 3, retry: 10s}")
    ask(agent)
    for n in range(1, 4):
        eventually(lambda: agent.figure("failed_total", reason="connect"), _at_least(n))
        if n < 3:
            ask(agent)
    ask(agent, 1000)
    account = agent.settled(1003)
    assert account["failed"] == 3
    assert agent.figure("dropped_total", reason="circuit_open") == 1000
    assert agent.figure("circuit_open") == 1
    assert len(agent.log("shadow fails, circuit opened")) == 1


def test_copies_flow_again_soon_after_a_shadow_is_back(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port, shadow=", circuit: {failures: 3, retry: 200ms}")
    recorder.faults(refuse=True)
    ask(agent, 10)
    eventually(lambda: agent.figure("circuit_open"), lambda n: n == 1)
    recorder.faults()
    ended = time.monotonic() + 2.0
    while not agent.figure("sent_total"):
        assert time.monotonic() < ended, "no copy within 2 s"
        ask(agent)
    assert agent.figure("circuit_open") == 0


def test_a_slow_shadow_fills_a_bounded_queue_and_no_more(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port, shadow=", connections: 2, queue: {items: 50}")
    recorder.faults(hang=True)
    ask(agent, 1000)
    assert 48 <= agent.figure("queued") <= 50  # two wait for answers already
    assert agent.figure("dropped_total", reason="queue_full") >= 940
    account = agent.account()
    assert account["received"] == 1000
    assert sum(account.values()) == 2000


def test_the_queue_is_bounded_in_bytes_as_well(
    recorder: RecorderProcess, start_agent: StartAgent
) -> None:
    agent = start_agent(recorder.port, shadow=", connections: 1, queue: {bytes: 64KiB}")
    recorder.faults(delay=0.5)
    body = b"x" * 10_000
    with Peer(agent.ports["spoe"]) as peer:
        for n in range(30):
            peer.send(notify(message(method=b"POST", body=body, announced=len(body)), n))
            peer.frame()
    assert agent.figure("dropped_total", reason="queue_bytes") >= 20
    assert agent.figure("queued_bytes") <= 64 * 1024


def test_a_bad_shadow_does_not_hurt_the_good_one(
    recorder: RecorderProcess, start_agent: StartAgent, stack: ExitStack
) -> None:
    bad = stack.enter_context(RecorderProcess(name="bad"))
    agent = start_agent(
        recorder.port, shadow=f'}}\n  - {{name: bad, address: "127.0.0.1:{bad.port}"'
    )
    bad.faults(hang=True)
    ask(agent, 200)
    assert agent.settled(200)["sent"] == 200
    eventually(lambda: bad.counters()["requests"], lambda n: n > 0)
    assert agent.account("bad")["received"] == 200


def test_an_unexpected_end_of_an_idle_connection_costs_no_copy(start_agent: StartAgent) -> None:
    """The shadow closes after each answer without saying so."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    sock, _ = server.accept()
                except OSError:
                    return
                with sock:
                    sock.recv(65536)
                    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        agent = start_agent(server.getsockname()[1])
        for n in range(1, 21):
            ask(agent)
            eventually(lambda: agent.figure("connections"), lambda c: c == 0)
            assert agent.settled(n)["sent"] == n


@pytest.mark.parametrize(
    "answer", [b"garbage\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70000]
)
def test_a_shadow_that_speaks_no_http_is_a_failure(start_agent: StartAgent, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            sock, _ = server.accept()
            with sock:
                sock.recv(65536)
                sock.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        agent = start_agent(server.getsockname()[1])
        ask(agent)
        assert agent.settled(1)["failed"] == 1


def test_copies_can_go_over_tls(start_agent: StartAgent, tmp_path: Path, stack: ExitStack) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ("-subj", "/CN=shadow", "-addext", "subjectAltName=DNS:shadow")
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                sock = context.wrap_socket(server.accept()[0], server_side=True)
            except ssl.SSLError:
                continue
            except OSError:
                return
            with sock:
                heard.append(sock.recv(65536))
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    port = server.getsockname()[1]
    trusting = start_agent(port, shadow=f", tls: {{ca: {certificate}, name: shadow}}")
    ask(trusting)
    assert trusting.settled(1)["sent"] == 1
    assert heard[0].startswith(b"GET /x HTTP/1.1\r\n")
    wary = start_agent(port, shadow=f", tls: {{ca: {certificate}, name: other}}")
    ask(wary)
    assert wary.settled(1)["failed"] == 1
