"""The sizes at which something ends: what is copied there whole, and what of a byte more."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from features.support.checks import answers, copies
from features.support.scene import Scene
from features.support.waiting import watch
from features.support.wire.client import ClientError, Exchange, request
from features.support.wire.exchange import Sent, values

_KB, _MB = 1024, 1024 * 1024
_SOON = 0.4  # seconds until a copy has arrived, if it ever does
_REFUSALS = (400, 413, 414, 431)
# A head that was cut is malformed; a body of which packets are missing is incomplete.
_TOO_LARGE = ("too_large", "cut", "malformed", "incomplete")
REFUSED, COPIED = "is refused", "is copied as well"
COUNTED, SERVED = "is counted as too large", "is served without a copy"
ENDS = (REFUSED, COPIED, COUNTED, SERVED)


@dataclass(frozen=True)
class Edge:
    """The largest size that is copied, in bytes, and what was sent with it and with one more."""

    size: int
    within: Exchange
    beyond: Exchange

    def __str__(self) -> str:
        """Return the size."""
        return f"{self.size} bytes"


def with_body(size: int) -> Sent:
    """Return a request with a body of so many bytes, which do not repeat themselves."""
    return request("POST", "/api/v1/sizes", body=Random(size).randbytes(size))


def with_header(size: int) -> Sent:
    """Return a request with a header that has a value of so many bytes."""
    value = Random(size).randbytes(size // 2 + 1).hex()[:size]
    return request("GET", "/api/v1/sizes", (("X-Long", value),))


def around(scene: Scene, size: int) -> Edge:
    """Send bodies of a size, in MB, and of one byte more."""
    within, beyond = (scene.send(with_body(size * _MB + more)) for more in (0, 1))
    return Edge(size * _MB, within, beyond)


def longest_header(scene: Scene, most: int) -> Edge:
    """Look for the longest header, up to so many KB, whose request is served."""
    return _search(scene, with_header, most, lambda exchange: not answers.check_answer(exchange))


def longest_copied_header(scene: Scene, most: int) -> Edge:
    """Look for the longest header, up to so many KB, whose request is copied."""
    return _search(scene, with_header, most, lambda exchange: _is_copied(scene, exchange))


def largest_body(scene: Scene, most: int) -> Edge:
    """Look for the largest body, up to so many KB, that is copied."""
    return _search(scene, with_body, most, lambda exchange: _is_copied(scene, exchange))


def _search(
    scene: Scene, make: Callable[[int], Sent], most: int, is_within: Callable[[Exchange], bool]
) -> Edge:
    """Look for the largest size that is within, by halves; up to so many KB."""
    low, high = 0, most * _KB
    within, beyond = scene.send(make(low)), scene.send(make(high))
    if is_within(beyond):
        return Edge(high, beyond, beyond)
    while high - low > 1:
        size = (low + high) // 2
        exchange = scene.send(make(size))
        if is_within(exchange):
            low, within = size, exchange
        else:
            high, beyond = size, exchange
    return Edge(low, within, beyond)


def _is_copied(scene: Scene, exchange: Exchange) -> bool:
    """Tell whether a request has a whole copy, soon."""
    found = watch(
        lambda: scene.shadow.copies_of(str(exchange.sent.request_id)),
        until=lambda arrived: any(each.state == "complete" for each in arrived),
        within=_SOON,
    )
    return found.met


def check_within(scene: Scene, edge: Edge, least: int = 0) -> list[str]:
    """Say how the edge lies below so many KB, or how what was sent with it was not copied whole."""
    if edge.size < least * _KB:
        return [f"what is served or copied ends at {edge}, below {least} KB"]
    return _check_copied(scene, edge.within)


def check_beyond(scene: Scene, edge: Edge, end: str) -> list[str]:
    """Say how one byte more did not end as told."""
    sent = edge.beyond.sent
    if end == COPIED:
        return _check_copied(scene, edge.beyond)
    found = _check_end(scene, edge.beyond, end)
    copies.await_sentinels(scene)
    return found + [f"{sent}: it has a copy" for _ in scene.shadow.copies_of(str(sent.request_id))]


def _check_end(scene: Scene, exchange: Exchange, end: str) -> list[str]:
    """Say how a request was not refused by the gateway itself, or served and counted."""
    if end == REFUSED:
        answer = exchange.answer
        refused = exchange.status in _REFUSALS and getattr(answer, "service", None) is None
        # A gateway may close before it has read all of what it refuses.
        lost = isinstance(answer, ClientError)
        return [] if refused or lost else [f"{exchange.sent}: not refused, but {answer}"]
    found = answers.check_answer(exchange)
    if end == SERVED:
        return found
    account = scene.account(len(scene.exchanges))
    counted = sum(account.dropped.get(reason, 0) for reason in _TOO_LARGE)
    return found + ([] if counted else [f"{exchange.sent}: it is not counted: {account}"])


def _check_copied(scene: Scene, exchange: Exchange) -> list[str]:
    sent = exchange.sent
    found = answers.check_answer(exchange)
    if found:
        return found
    arrived = copies.await_copies(scene, [sent])
    wrong = copies.check_contents([sent], arrived)
    long = [pair for pair in arrived[str(sent.request_id)].headers if pair[0].lower() == "x-long"]
    kept = [value for _, value in long] == values(sent.headers, "x-long")
    return wrong + ([] if kept else [f"{sent}: the copy has another X-Long"])
