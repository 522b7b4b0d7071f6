"""What clients are told while the primary is gone, and how soon they are served again."""

from collections.abc import Sequence
from contextlib import suppress

from features.support.scene import Scene
from features.support.waiting import patient, watch
from features.support.wire.client import ClientError, Exchange, request, send
from features.support.wire.exchange import Answer

_NOTICED_WITHIN = 2.5  # seconds; gateways that look every half second have looked several times
_ROUTES = ("v1", "v3")
# A gateway that does not look at the health finds nobody, or waits until it may give up.
_TOLD_BY = (502, 503, 504)


def stop_for_a_while(scene: Scene) -> None:
    """Stop the primary, and send requests until whoever checks its health has noticed."""
    scene.stop("primary")

    def ask() -> bool:
        for route in _ROUTES:
            with suppress(ClientError):
                send(scene.entry, request("GET", f"/api/{route}"), patient(1))
        return False

    watch(ask, bool, _NOTICED_WITHIN)


def check_told(exchanges: Sequence[Exchange], within: float) -> list[str]:
    """Say which clients did not learn in time that there is no primary."""
    return [
        f"{each.sent.target}: {_told(each)}"
        for each in exchanges
        if not isinstance(each.answer, Answer)
        or each.answer.status not in _TOLD_BY
        or each.answer.elapsed > patient(within)
    ]


def _told(exchange: Exchange) -> str:
    answer = exchange.answer
    if not isinstance(answer, Answer):
        return f"no answer: {answer}"
    return f"status {answer.status} after {answer.elapsed:.1f} s, not 502, 503 or 504 in time"


def check_served(scene: Scene, within: float) -> list[str]:
    """Say on which route clients are not served again after some seconds."""
    return [wrong for route in _ROUTES for wrong in _check_route(scene, route, within)]


def _check_route(scene: Scene, route: str, within: float) -> list[str]:
    seen = watch(
        lambda: scene.send(request("GET", f"/api/{route}"), timeout=1), _by_the_primary, within
    )
    return [] if seen.met else [f"{route}: {_told(seen.value)}, {seen.elapsed:.1f} s later"]


def _by_the_primary(exchange: Exchange) -> bool:
    return isinstance(exchange.answer, Answer) and exchange.answer.service == "primary"
