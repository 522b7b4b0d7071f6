"""Clients that send at the same moment, seen from the server's side."""

import re
import select
import socket
import sys
import threading

from features.support.wire.client import Address, ClientError, request, send_at_once
from features.support.wire.exchange import Answer
from tests.runs import finish
from tests.support.raw_server import OK, RawServer


def test_all_clients_are_connected_before_the_first_byte_is_sent() -> None:
    clients, seen_connected = 30, 0
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        to = Address(*listener.getsockname()[:2])
        requests = [request("GET", f"/{n}") for n in range(clients)]
        sending = threading.Thread(target=send_at_once, args=(to, requests), daemon=True)
        sending.start()
        links: list[socket.socket] = []
        while not (busy := [each for each in _readable([listener, *links]) if each != listener]):
            links.append(listener.accept()[0])
        # Some client has sent. Whoever is connected by now was so before, in the listener's queue.
        while _readable([listener], wait=0):
            links.append(listener.accept()[0])
        seen_connected = len(links)
        for link in links:
            link.sendall(OK)
        sending.join(10)
        for link in links:
            link.close()
    assert busy
    assert seen_connected == clients


def _readable(sockets: list[socket.socket], wait: float = 10) -> list[socket.socket]:
    return select.select(sockets, [], [], wait)[0]


def test_answers_come_in_the_order_of_the_requests() -> None:
    def echo(received: bytes) -> bytes:
        found = re.search(rb"X-Request-Id: \S+", received)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n%s\r\n\r\n" % (found[0] if found else b"")

    requests = [request("GET", "/") for _ in range(20)]
    with RawServer(echo) as server:
        answers = send_at_once(server.address, requests)
    got = [each.request_id for each in answers if isinstance(each, Answer)]
    assert got == [each.request_id for each in requests]


def test_a_client_that_fails_does_not_fail_the_others() -> None:
    def moody(received: bytes) -> bytes:
        return b"what\r\n\r\n" if received.startswith(b"GET /3 ") else OK

    with RawServer(moody) as server:
        answers = send_at_once(server.address, [request("GET", f"/{n}") for n in range(6)])
    failed = [n for n, answer in enumerate(answers) if isinstance(answer, ClientError)]
    assert failed == [3]


def test_when_one_client_cannot_connect_nobody_sends_and_nobody_waits() -> None:
    """In a process that may not open as many sockets as it would need."""
    script = (
        "import resource, sys, time\n"
        "from features.support.wire.client import Address, request, send_at_once\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))\n"
        "started = time.monotonic()\n"
        "to = Address('127.0.0.1', int(sys.argv[1]))\n"
        "answers = send_at_once(to, [request('GET', '/')] * 20)\n"
        "print(time.monotonic() - started < 5, *map(str, answers), sep='\\n')\n"
    )
    with RawServer() as server:
        done = finish(sys.executable, "-c", script, str(server.address.port))
        assert server.requests == []
    quick, *reasons = done.stdout.splitlines()
    assert quick == "True", "they waited for each other"
    assert any(each.startswith("could not connect: [Errno 24]") for each in reasons)
    assert any(each.startswith("another client could not connect") for each in reasons)
    assert len(reasons) == 20
