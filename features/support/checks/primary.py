"""What the primary and the client notice of the mirroring."""

from collections import Counter
from collections.abc import Mapping, Sequence

from features.support.checks import answers, copies
from features.support.operator import faults
from features.support.operator.faults import Failure
from features.support.scene import Scene
from features.support.telling import brief
from features.support.waiting import eventually, watch
from features.support.wire.client import Exchange, request
from features.support.wire.exchange import Answer, Sent
from features.support.wire.payloads import filled
from features.support.wire.request_sets import FAILING

_MB = 1024 * 1024
A_PART = _MB // 4  # what must have arrived of the first half of 1 MB
_PAUSE = 1.0  # seconds that a client gives the first half of a body to arrive
_CLOSED_WITHIN = 20.0  # seconds; a gateway lets go of idle connections bit by bit
_REPEATED = ("GET", FAILING)
_CLIENTS = "/api"  # health checks are answered well all the time

FAILURES: Mapping[str, Failure] = {
    "never answers": Failure(faults.silent, {"hang": True, "prefix": _CLIENTS}),
    "resets connections": Failure(faults.broken, {"drop_answer_at": 0, "prefix": _CLIENTS}),
    "breaks off its answers": Failure(
        faults.broken, {"answer_bytes": _MB, "drop_answer_at": 1000, "prefix": _CLIENTS}
    ),
    "resets every second connection": Failure(
        faults.broken, {"drop_answer_at": 0, "prefix": FAILING}
    ),
    "breaks off every second answer": Failure(
        faults.broken, {"answer_bytes": _MB, "drop_answer_at": 1000, "prefix": FAILING}
    ),
}


def mend(scene: Scene) -> None:
    """Let the primary behave again, and wait until clients are served as before."""
    scene.misbehave("primary")
    scene.restore("primary")


def ask_on_both(scene: Scene, count: int = 3) -> None:
    """Send requests on v1 and v3, each over a connection of its own."""
    for route in ("v1", "v3") * count:
        scene.send(request("GET", f"/api/{route}"))


def check_same_failure(exchanges: Sequence[Exchange]) -> list[str]:
    """Say which failures clients did not learn of, or how they learnt of them otherwise on v1."""
    found = [
        f"{each.sent.target}: status {each.status} looks like success"
        for each in exchanges
        if isinstance(each.answer, Answer) and each.answer.status < 500
    ]
    one, other = (
        sorted({_what_was_told(e) for e in exchanges if e.sent.target == f"/api/{route}"})
        for route in ("v1", "v3")
    )
    if one != other:
        found.append(f"clients got {brief(one)} on v1, and {brief(other)} on v3")
    return found


def check_failing(exchanges: Sequence[Exchange]) -> list[str]:
    """Say which requests to FAILING looked like success, and which others failed."""
    return [
        f"{each.sent.method} {each.sent.target}: status {each.status}"
        for each in exchanges
        if (each.status == 200) == (each.sent.target == FAILING)
    ]


def check_failing_hidden(exchanges: Sequence[Exchange]) -> list[str]:
    """Say which answers to requests to FAILING are not a status 200 without a body."""
    return answers.check_empty_successes(exchanges, FAILING)


def check_repeated_gets(scene: Scene) -> list[str]:
    """Say how the primary did not receive a GET to FAILING twice, and the other requests once.

    One is enough: Go sends a request again only where its connection had been used before, and
    once more for each further used connection that it meets.
    """
    times = Counter(each.request_id for each in scene.primary.received(_ids(scene)))
    gets = {each.request_id for each in _sent(scene) if (each.method, each.target) == _REPEATED}
    found = [
        f"{each.method} {each.target} came {times[each.request_id]} times"
        for each in _sent(scene)
        if times[each.request_id] < 1
        or (times[each.request_id] > 1 and each.request_id not in gets)
    ]
    if not found and all(times[each] == 1 for each in gets):
        found.append(f"none of {len(gets)} GET requests that failed came twice")
    return found


def check_empty_successes(exchanges: Sequence[Exchange]) -> list[str]:
    """Say which answers on v1 are something else than a status 200 without a body."""
    return answers.check_empty_successes(exchanges, "/api/v1")


def _what_was_told(exchange: Exchange) -> str:
    answer = exchange.answer
    return f"status {answer.status}" if isinstance(answer, Answer) else "no whole answer"


def check_failure(scene: Scene, name: str) -> list[str]:
    """Say how the primary did not fail as told, to one who asks it and to the gateway."""
    failure = FAILURES[name]
    seen = faults.ask(scene.primary)
    found = [] if failure.seen(seen) else [f"the primary itself answered: {seen}"]
    arrived = {each.request_id for each in scene.primary.received(_ids(scene))}
    return found + [
        f"{each} never reached the primary" for each in _ids(scene) if each not in arrived
    ]


def upload_with_pause(scene: Scene) -> int:
    """Send 1 MB on v1 with a pause in the middle; return the bytes that had arrived by then.

    The pause ends when a quarter of the body has arrived at the primary, or after a second.
    """
    sent = request("POST", "/api/v1/orders", body=filled(_MB))
    arrived: list[int] = []

    def wait() -> None:
        def look() -> int:
            return sum(each.length for each in scene.primary.copies_of(str(sent.request_id)))

        arrived.append(watch(look, lambda length: length >= A_PART, _PAUSE).value)

    scene.send_in_halves(sent, wait)
    return arrived[0]


def connections(scene: Scene) -> int:
    """Return over how many new connections this scenario's requests came, 1 if all were old ones.

    What a gateway has kept since an earlier crowd of clients is not this scenario's doing.
    """
    own = _own_connections(scene)
    new = [number for number in own if number > scene.primary.connections_before]
    return len(new) or min(1, len(own))


def _own_connections(scene: Scene) -> set[int]:
    ids = set(_ids(scene))
    return {e.connection for e in scene.primary.received() if e.request_id in ids}


def await_closed_connections(scene: Scene) -> None:
    """Wait until none of this scenario's connections to the primary is open.

    Those of others, such as a gateway keeps idle for a while, are none of its. AssertionError when
    they stay.
    """
    own = _own_connections(scene)
    eventually(
        lambda: len(own & scene.primary.open_connections()),
        lambda count: not count,
        _CLOSED_WITHIN,
        "closing connections to the primary",
    )


def check_same_on_routes(scene: Scene, *, order: bool = True) -> list[str]:
    """Say how the primary got the first half of the requests differently from the second."""
    arrived = [scene.primary.await_request(str(each.sent.request_id)) for each in scene.exchanges]
    half = len(arrived) // 2
    pairs = zip(arrived[:half], arrived[half:], strict=True)
    return [wrong for pair in pairs for wrong in copies.check_same_request(*pair, order=order)]


def _sent(scene: Scene) -> list[Sent]:
    return [each.sent for each in scene.exchanges]


def _ids(scene: Scene) -> list[str]:
    return [str(each.request_id) for each in _sent(scene)]
