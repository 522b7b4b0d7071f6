"""What a shadow costs at most, however it behaves: copies that wait, and clients' time."""

import socket
import threading
from contextlib import suppress

import psutil
import pytest

from features.support.waiting import eventually, patient
from features.support.wire.client import request

from .conftest import StartGateway
from .harness import WITHIN, Gateway
from .raw_shadow import Answer, RawShadow, Received
from .test_answers import endless_interim

pytestmark = pytest.mark.stack

ONE_THREAD = "    noreuseport\n"
REQUESTS = 50
EACH = 0.025  # seconds a request, its copy and the answer to that; 1 ms here, 12 where it is busy


def one_thread(text: str) -> str:
    """Edits a configuration: figures and limits are per thread."""
    assert text.count(ONE_THREAD) == 1
    return text.replace(ONE_THREAD, f"{ONE_THREAD}    nbthread 1\n")


@pytest.mark.parametrize(
    ("settings", "reason", "waiting"),
    [
        ({"MIRROR_QUEUE_ITEMS": "3"}, "queue_full", 3 + 1),  # one is under way
        ({"MIRROR_QUEUE_BYTES": "40k"}, "queue_bytes", 3),
        ({"MIRROR_MAX_BODY": "1k"}, "too_large", 0),
    ],
    ids=["items", "bytes", "body"],
)
def test_what_waits_is_bounded_and_the_rest_counted(
    start: StartGateway, raw_shadow: RawShadow, settings: dict[str, str], reason: str, waiting: int
) -> None:
    goes_on = threading.Event()
    raw_shadow.answer = lambda sock, _: waits(goes_on, sock)
    gateway = start(raw_shadow.port, one_thread, MIRROR_CONNECTIONS="1", **settings)
    for _ in range(8):
        assert gateway.send(request("POST", "/api/v1", body=b"x" * 12_000)) == 200
    figures = eventually(gateway.account, lambda now: now["seen"] == 8, WITHIN)
    assert (figures["queued"], figures[reason]) == (waiting, 8 - waiting)
    goes_on.set()
    gateway.settled(sent=waiting)


def waits(goes_on: threading.Event, sock: socket.socket) -> None:
    """Answer when the event comes."""
    goes_on.wait(patient(WITHIN))
    with suppress(OSError):
        sock.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def fields_after_fields(sock: socket.socket, received: Received) -> None:
    """A head that has no end, in large pieces."""
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    with suppress(OSError):
        while True:
            sock.sendall(b"X: y\r\n" * 2000)


FLOODS: dict[str, Answer] = {
    "interim answers": endless_interim,
    "fields": fields_after_fields,
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_shadow_that_floods_costs_a_bounded_time(
    start: StartGateway, raw_shadow: RawShadow, flood: str
) -> None:
    """HAProxy's threads serve clients: what an answer takes of them, all clients wait for."""
    raw_shadow.answer = FLOODS[flood]
    gateway = start(raw_shadow.port, one_thread)
    before = processor_time(gateway)
    for _ in range(REQUESTS):
        assert gateway.ask() == 200
    gateway.settled(seen=REQUESTS)
    assert processor_time(gateway) - before < REQUESTS * EACH


def processor_time(gateway: Gateway) -> float:
    """What HAProxy has had of the processor, in seconds."""
    processes = psutil.Process(gateway.process.pid).children()
    return sum(each.cpu_times().user + each.cpu_times().system for each in processes)
