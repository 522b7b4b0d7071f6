"""The marker: on copies only, nobody can forge it or prevent a copy, and no copy is copied."""

import socket
from collections.abc import Callable

import pytest
from mirror_recorder.testing import RecorderProcess

from .both import Both, fields
from .conftest import StartGateway
from .gateway import replaced
from .raw_shadow import OK, RawShadow, Received

pytestmark = pytest.mark.stack


def values(entry: dict[str, object], name: str) -> list[str]:
    return [value for key, value in fields(entry) if key == name]


def unchecked(address: str) -> Callable[[str], str]:
    """Edits a configuration: its shadow is there, without health checks."""
    return lambda text: replaced(text, '"${SHADOW}" check', address)


def test_the_copy_bears_one_marker_and_the_primarys_request_none(both: Both) -> None:
    _, name = both.ask("GET", "/api/v1")
    (marker,) = values(both.copy(name), "x-mirrored-by")
    assert len(marker) == 32
    assert not values(both.original(name), "x-mirrored-by")


def test_each_thread_uses_the_same_random_marker(both: Both) -> None:
    markers = set()
    for _ in range(20):
        _, name = both.ask("GET", "/api/v1")
        markers |= set(values(both.copy(name), "x-mirrored-by"))
    assert len(markers) == 1


@pytest.mark.parametrize(
    "forged",
    [
        ["haproxy"],
        [""],
        ["a", "b"],
        ["0" * 32],
        ["00000000-0000-4000-8000-000000000000"],
        ["%[var(txn.mirror)]", "nil", "true"],
    ],
)
def test_a_clients_marker_neither_prevents_a_copy_nor_reaches_anybody(
    both: Both, forged: list[str]
) -> None:
    with both.gateway.client() as client:
        headers = [("X-Mirrored-By", value) for value in forged]
        status, name = client.ask("POST", "/api/v1", b"body", headers)
    copy = both.copy(name)
    assert (status, copy["length"]) == (200, 4)
    (marker,) = values(copy, "x-mirrored-by")
    assert marker not in forged
    assert not values(both.original(name), "x-mirrored-by")


def test_the_random_marker_changes_with_each_start(
    start: StartGateway, shadow: RecorderProcess
) -> None:
    for gateway in (start(shadow.port), start(shadow.port)):
        gateway.ask("GET", "/api/v1")
        gateway.settled(sent=1)
    markers = [values(entry, "x-mirrored-by") for entry in shadow.journal()]
    assert len(markers) == 2
    assert markers[0] != markers[1]


def test_name_and_value_of_the_marker_can_be_set(
    start: StartGateway, shadow: RecorderProcess
) -> None:
    gateway = start(shadow.port, MIRROR_HEADER="X-Shadow-Of", MIRROR_MARKER="our,secret=1")
    gateway.ask("GET", "/api/v1", headers={"X-Shadow-Of": "forged"})
    gateway.settled(sent=1)
    (entry,) = shadow.journal()
    assert values(entry, "x-shadow-of") == ["our,secret=1"]
    assert not values(entry, "x-mirrored-by")


def test_a_copy_that_comes_back_is_not_copied_again_and_keeps_its_marker(
    start: StartGateway, raw_shadow: RawShadow, primary: RecorderProcess
) -> None:
    gateway = start(raw_shadow.port)

    def send_back(sock: socket.socket, copy: Received) -> None:
        marker = copy.header("x-mirrored-by")
        gateway.ask("GET", "/api/v1/returned", headers={"X-Mirrored-By": marker})
        sock.sendall(OK)

    raw_shadow.answer = send_back
    gateway.ask("GET", "/api/v1/first")
    gateway.settled(seen=2, sent=1, loop=1)
    assert [request.target for request in raw_shadow.requests] == ["/api/v1/first"]
    first, returned = primary.journal()
    assert not values(first, "x-mirrored-by")
    assert len(values(returned, "x-mirrored-by")) == 1


def test_a_gateway_that_is_its_own_shadow_makes_one_copy(
    start: StartGateway, primary: RecorderProcess
) -> None:
    gateway = start(1, unchecked('"${GATEWAY_BIND}"'))
    for _ in range(5):
        assert gateway.ask("POST", "/api/v1", b"x")[0] == 200
    gateway.settled(seen=10, sent=5, loop=5)
    assert len(primary.journal()) == 10


@pytest.mark.parametrize(("secret", "copies"), [("shared", 0), ("", 1)])
def test_gateways_know_each_others_copies_by_the_secret_they_share(
    start: StartGateway, shadow: RecorderProcess, secret: str, copies: int
) -> None:
    """Without one a second gateway takes the first one's copy for a client's request."""
    second = start(shadow.port, MIRROR_MARKER=secret)
    first = start(1, unchecked(f"127.0.0.1:{second.port}"), MIRROR_MARKER=secret)
    first.ask("GET", "/api/v1")
    first.settled(sent=1)
    second.settled(seen=1, loop=1 - copies, sent=copies)
    assert len(shadow.journal()) == copies
