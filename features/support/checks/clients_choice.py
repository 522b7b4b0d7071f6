"""What clients get who try to decide what only the gateway decides."""

from collections import Counter
from collections.abc import Sequence

from features.support.checks import copies
from features.support.checks.answers import check_answers, is_empty_success
from features.support.scene import Scene
from features.support.telling import brief
from features.support.wire import hostile_requests
from features.support.wire.client import Exchange
from features.support.wire.exchange import Answer

_REFUSALS = (400, 403, 404, 405, 501)


def insist(scene: Scene) -> None:
    """Send requests on v1 and v3 that ask for retries and short time limits, side by side."""
    scene.send_at_once(
        [
            each
            for route in ("v1", "v3")
            for each in hostile_requests.insistent(f"/api/{route}/orders")
        ]
    )


def check_errors(exchanges: Sequence[Exchange], status: int) -> list[str]:
    """Say which requests did not get the primary's own answer with this status."""
    return [
        f"{each.sent}, which asks for {brief(dict(each.sent.headers[2:]))}:"
        f" {_told(each)} instead of the primary's {status}"
        for each in exchanges
        if not isinstance(each.answer, Answer)
        or (each.answer.status, each.answer.service) != (status, "primary")
    ]


def check_no_tunnel(exchanges: Sequence[Exchange]) -> list[str]:
    """Say which requests for a tunnel the gateway did not refuse, in whatever way."""
    return [f"{each.sent}: {_told(each)}" for each in exchanges if each.status not in _REFUSALS]


def _told(exchange: Exchange) -> str:
    answer = exchange.answer
    if not isinstance(answer, Answer):
        return f"no answer ({answer})"
    return f"status {answer.status} of {answer.service or 'the gateway'}"


def check_empty_for_urls(exchanges: Sequence[Exchange]) -> list[str]:
    """Say which requests for a URL did not get 200 without a body, and which others no answer."""
    plain = [each for each in exchanges if not _is_url(each)]
    return check_answers(plain) + [
        f"{each.sent.method} {each.sent.target}: {_told(each)}"
        for each in exchanges
        if _is_url(each) and not is_empty_success(each)
    ]


def check_copied_but_urls(scene: Scene) -> list[str]:
    """Say which requests, but for those for a URL, have not exactly one copy."""
    copies.await_sentinels(scene)
    times = Counter(each.request_id for each in scene.copies())
    return [
        f"{each.sent.method} {each.sent.target} was copied {times[each.sent.request_id]} times"
        for each in scene.exchanges
        if not _is_url(each) and times[each.sent.request_id] != 1
    ]


def _is_url(exchange: Exchange) -> bool:
    return exchange.sent.target.startswith("http://")
