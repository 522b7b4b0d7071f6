"""What scenarios do with a real stack: requests, recorders, absence, health, streams."""

import socket
import threading

import pytest

from features.support.checks import health
from features.support.checks.absence import await_sentinel
from features.support.errors import CannotFindOutError, StackError
from features.support.scene import Scene
from features.support.waiting import eventually, set_patience
from features.support.wire.client import request
from features.support.wire.stream import Stream

pytestmark = pytest.mark.stack


def test_a_gateway_that_does_not_serve_after_a_restore_is_told(scene: Scene) -> None:
    set_patience(0.02)  # of 15 seconds
    scene.primary.misbehave(status=500, prefix="/api")
    with pytest.raises(StackError, match=r"haproxy .*status 500") as told:
        scene.restore("shadow")
    assert "GET /api/v1" in str(told.value), "the log's tail is not told"


def test_a_request_that_is_still_arriving_is_waited_for(scene: Scene) -> None:
    at = scene.primary.service
    head = b"POST / HTTP/1.1\r\nHost: a\r\nX-Request-Id: slow\r\nContent-Length: 6\r\n\r\n"
    with socket.create_connection((at.host, at.port)) as client:
        client.sendall(head + b"abc")
        eventually(lambda: scene.primary.copies_of("slow"), until=bool, within=5)
        rest = threading.Timer(0.2, client.sendall, (b"def",))
        rest.start()
        received = scene.primary.await_request("slow")
        rest.join()
    assert (received.state, received.length) == ("complete", 6)


def test_a_request_that_does_not_arrive_is_told_with_its_id(scene: Scene) -> None:
    set_patience(0.02)  # of 5 seconds
    with pytest.raises(AssertionError, match=r"^the arrival of request lost-1 at the primary did"):
        scene.primary.await_request("lost-1")


@pytest.mark.parametrize("missing", [None, ""])
def test_a_request_without_an_id_is_not_looked_for(scene: Scene, missing: str | None) -> None:
    scene.send(request("GET", "/api/v1"))
    with pytest.raises(CannotFindOutError, match="without an id"):
        scene.primary.await_request(missing)  # type: ignore[arg-type]


def test_without_a_gateway_that_reaches_the_shadow_nothing_is_proved(scene: Scene) -> None:
    """A frozen gateway sends no copies either; that is no proof that it never would."""
    scene.stack.pause("haproxy")
    try:
        set_patience(0.1)  # of 10 seconds
        with pytest.raises(
            AssertionError, match=r"^the gateway's next health checks of the shadow"
        ):
            await_sentinel(scene.shadow)
    finally:
        scene.stack.resume("haproxy")
        set_patience(1)
    assert scene.send(request("GET", "/api/v1")).status == 200


def test_health_that_does_not_come_is_told(scene: Scene) -> None:
    set_patience(0.05)  # of 5 seconds
    with pytest.raises(AssertionError, match=r"^the primary being down in the figures did not"):
        health.await_figures(scene.stats, "primary", "down", within=5)
    with pytest.raises(AssertionError, match=r"^status 503 for the client did not come about"):
        health.await_status(scene, 503, within=5)


def test_a_stream_sends_until_it_is_stopped_and_tells_all_of_it(scene: Scene) -> None:
    stream = Stream(scene.primary.service, "/api/v1", clients=4)
    stream.start()
    stream.await_more(100)
    done = stream.stop()
    assert len(done) >= 150
    assert {each.status for each in done} == {200}
    ids = [each.sent.request_id for each in done]
    assert sorted(str(each.request_id) for each in scene.primary.received()) == sorted(
        map(str, ids)
    )
    assert len(stream.stop()) == len(done), "somebody goes on sending"
