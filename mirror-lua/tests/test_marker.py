"""The marker's value: random or set, one for all threads, shared by gateways or not."""

from collections.abc import Callable

import pytest

from features.support.stack.ports import free_port
from features.support.wire.exchange import Received, values
from features.support.wire.recorder import Recorder

from .conftest import StartGateway
from .harness import replaced

pytestmark = pytest.mark.stack


def markers(received: Received) -> list[str]:
    return values(received.headers, "x-mirrored-by")


def unchecked(address: str) -> Callable[[str], str]:
    """Edits a configuration: its shadow is there, without health checks."""
    return lambda text: replaced(text, '"${SHADOW}" check', address)


@pytest.mark.parametrize("settings", [{}, {"MIRROR_MARKER": ""}], ids=["unset", "empty"])
def test_the_random_marker_is_one_for_all_threads_and_changes_with_each_start(
    start: StartGateway, shadow: Recorder, settings: dict[str, str]
) -> None:
    for gateway in (start(shadow.service.port, **settings) for _ in range(2)):
        for _ in range(10):
            gateway.ask()
        gateway.settled(sent=10)
    seen = [marker for entry in shadow.received() for marker in markers(entry)]
    assert len(seen) == 20
    assert len(set(seen[:10])) == len(set(seen[10:])) == 1
    assert len(set(seen)) == 2
    assert {len(marker) for marker in seen} == {32}


@pytest.mark.parametrize("forged", [[""], ["a", "b"], ["0" * 32], ["nil", "true"]])
def test_a_clients_marker_neither_prevents_a_copy_nor_reaches_anybody(
    start: StartGateway, shadow: Recorder, primary: Recorder, forged: list[str]
) -> None:
    gateway = start(shadow.service.port)
    assert gateway.ask(headers=tuple(("X-Mirrored-By", value) for value in forged)) == 200
    gateway.settled(sent=1, seen=1)
    (marker,) = markers(shadow.received()[0])
    assert marker not in forged
    assert not markers(primary.received()[0])


def test_name_and_value_of_the_marker_can_be_set(start: StartGateway, shadow: Recorder) -> None:
    own = {"MIRROR_HEADER": "X-Shadow-Of", "MIRROR_MARKER": "our,secret=1"}
    gateway = start(shadow.service.port, **own)
    gateway.ask(headers=(("X-Shadow-Of", "forged"),))
    gateway.settled(sent=1)
    (entry,) = shadow.received()
    assert values(entry.headers, "x-shadow-of") == ["our,secret=1"]
    assert not markers(entry)


@pytest.mark.parametrize("settings", [{}, {"MIRROR_MARKER": ""}], ids=["unset", "empty"])
def test_a_gateway_that_is_its_own_shadow_makes_one_copy(
    start: StartGateway, primary: Recorder, settings: dict[str, str]
) -> None:
    gateway = start(1, unchecked('"${GATEWAY_BIND}"'), **settings)
    for _ in range(5):
        assert gateway.ask() == 200
    gateway.settled(seen=10, sent=5, loop=5)
    assert len(primary.received()) == 10


def test_a_loop_through_a_gateway_with_another_secret_ends(
    start: StartGateway, primary: Recorder
) -> None:
    port = free_port()
    first = start(1, unchecked(f"127.0.0.1:{port}"), MIRROR_MARKER="one")

    def on_its_way(text: str) -> str:
        return replaced(
            unchecked(str(first.entry))(text),
            'bind "${GATEWAY_BIND}"\n', f'bind "${{GATEWAY_BIND}}"\n    bind 127.0.0.1:{port}\n',
        )  # fmt: skip

    second = start(1, on_its_way, MIRROR_MARKER="two")
    first.ask()
    first.settled(seen=2, sent=1, loop=1)
    second.settled(seen=1, sent=1)
    assert len(primary.received()) == 3


@pytest.mark.parametrize(("secret", "copies"), [("shared", 0), ("", 1)])
def test_gateways_know_each_others_copies_by_the_secret_they_share(
    start: StartGateway, shadow: Recorder, secret: str, copies: int
) -> None:
    """Without one a second gateway takes the first one's copy for a client's request."""
    second = start(shadow.service.port, MIRROR_MARKER=secret)
    first = start(1, unchecked(str(second.entry)), MIRROR_MARKER=secret)
    first.ask()
    first.settled(sent=1)
    second.settled(seen=1, loop=1 - copies, sent=copies)
    assert len(shadow.received()) == copies
