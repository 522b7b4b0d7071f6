"""The figures of a real HAProxy, read and compared with what was really sent."""

import threading
from collections.abc import Callable, Iterator

import pytest

from features.support.checks import stats_delta
from features.support.errors import StackError
from features.support.gateways.stats import PATHS, Stats
from features.support.scene import Scene
from features.support.stack import ports
from features.support.waiting import eventually, set_patience
from features.support.wire.client import Address, request
from tests.support.raw_server import RawServer

pytestmark = pytest.mark.stack


def retold(scene: Scene, change: Callable[[str, str], str]) -> RawServer:
    """A server that tells what HAProxy says, with a change to its text."""
    texts = {path: change(form, scene.stats.read(form)) for form, path in PATHS.items()}

    def answer(received: bytes) -> bytes:
        body = texts[received.split()[1].decode()].encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    return RawServer(answer)


@pytest.fixture
def without_v3(scene: Scene) -> Iterator[Stats]:
    """HAProxy's figures as they are when somebody removed a backend."""

    def drop(_: str, text: str) -> str:
        return "\n".join(line for line in text.splitlines() if "api_v3" not in line)

    with retold(scene, drop) as server:
        yield Stats(server.address, None)


def test_a_request_in_progress_is_waited_for(scene: Scene) -> None:
    before = scene.stats.routes()["v1"]
    scene.primary.misbehave(delay=0.4, prefix="/api")
    sending = threading.Thread(target=scene.send, args=(request("GET", "/api/v1"),))
    sending.start()
    eventually(scene.primary.received, until=bool, within=5)
    grown = scene.stats.routes()["v1"] - before
    sending.join()
    assert (grown.requests, grown.successes) == (1, 1)


def test_figures_nobody_serves_are_not_the_products_fault() -> None:
    nobody = Address("127.0.0.1", ports.free_port())
    with pytest.raises(StackError, match=rf"^the figures cannot be read at http://{nobody}/stats"):
        Stats(nobody, None).routes()


def test_a_backend_that_is_missing_breaks_the_promise(without_v3: Stats) -> None:
    for read in (without_v3.routes, without_v3.routes_in_prometheus):
        with pytest.raises(AssertionError, match=r"^the figures say nothing of \(.*'api_v3'"):
            read()


def test_a_server_that_is_missing_breaks_the_promise(scene: Scene) -> None:
    def drop(_: str, text: str) -> str:
        return "\n".join(line for line in text.splitlines() if not line.startswith("shadow,"))

    with retold(scene, drop) as server:
        stats = Stats(server.address, None)
        assert stats.health_of("primary") == "up"
        with pytest.raises(AssertionError, match=r"say nothing of"):
            stats.health_of("shadow")


def test_figures_that_disagree_are_listed_by_route(scene: Scene) -> None:
    set_patience(0.02)  # of 5 seconds
    scene.send(request("GET", "/api/v2"))

    def lie(form: str, text: str) -> str:
        told = 'requests_total{proxy="api_v2"} '
        return text.replace(told, told + "9") if form == "Prometheus" else text

    with retold(scene, lie) as server:
        (found,) = stats_delta.check_agreement(Stats(server.address, None))
    assert found.startswith("v2: CSV ")
