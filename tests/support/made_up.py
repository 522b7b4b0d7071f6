"""A scene in which everything went wrong, made up for the sake of what is said of it."""

from functools import cache
from types import SimpleNamespace
from typing import Any

from features.support.checks.latency import Waits
from features.support.checks.losses import Loss
from features.support.checks.sizes import Edge
from features.support.checks.whole_answers import Delivery, Original
from features.support.gateways.account import Account
from features.support.gateways.catalogue import CATALOGUE
from features.support.policy import load
from features.support.stack import Execution
from features.support.stack.ports import free_port
from features.support.wire.client import (
    Address,
    ClientError,
    ClientTimeoutError,
    Exchange,
    request,
)
from features.support.wire.exchange import Answer, Received, Sent
from features.support.wire.patient_clients import Hinted, Listening
from features.support.wire.payloads import HEADERS, METHODS
from features.support.wire.protocols import PROTOCOLS
from features.support.wire.websocket import Session

MANY = 60
_LONG = (("X-Long", "abcdefghij" * 1000), *HEADERS["forty headers"])
ADDRESS = Address("127.0.0.1", free_port())
ACCOUNT = Account(7, 3, {"cut": 2, "queue_full": 1}, {"timeout": 9}, 4, lost=5, unsure=6)


def sent() -> list[Sent]:
    """Requests of every method, with much in them."""
    target = "/api/v1/orders?" + "x" * 300
    return [request(METHODS[n % 8], target, _LONG, b"order" * n) for n in range(MANY)]


SENT = sent()


def arrived(each: Sent, service: str) -> Received:
    """What came of a request: something else."""
    headers = (("X-Mirrored-By", "me"), ("X-Request-Id", str(each.request_id)), *_LONG[5:])
    return Received(
        service, "TRACE", "/other", headers, "chunked", 7, "0", "cut", 3, each.request_id, 1.0, 2.0
    )


def answer(number: int) -> Answer | ClientTimeoutError:
    """An answer that is not the primary's, or none."""
    late = Answer(418, _LONG, b"not served" * 999, 99.0)
    return late if number % 2 else ClientTimeoutError("GET /x: TimeoutError: timed out")


EXCHANGES = [Exchange(each, answer(number)) for number, each in enumerate(SENT)]
EXCHANGES[1::4] = [
    Exchange(request("GET", f"/api/{'v3' if n % 2 else 'v1'}"), answer(2 * n + 1))
    for n in range(len(EXCHANGES[1::4]))
]


class Journal:
    """A recorder that has received each request wrongly, and twice."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.service = Address("127.0.0.1", free_port())
        self._all = [arrived(each, name) for each in SENT for _ in range(2)]

    def received(self, ids: Any = None) -> list[Received]:
        return [each for each in self._all if ids is None or each.request_id in ids]

    def copies_of(self, request_id: str) -> list[Received]:
        return self.received([request_id])

    def await_request(self, *_: Any, **__: Any) -> Received:
        return self._all[0]

    def health_checks(self) -> int:
        return 0

    def open_connections(self) -> set[int]:
        return {each.connection for each in self._all}

    def faults(self) -> dict[str, Any]:
        return {}

    def misbehave(self, **_: Any) -> None:
        pass


def scene() -> Any:
    """A scene of these exchanges and journals, behind a gateway that nobody reaches."""
    primary, shadow = Journal("primary"), Journal("shadow")
    made = SimpleNamespace(
        exchanges=list(EXCHANGES),
        primary=primary,
        shadow=shadow,
        recorders={"primary": primary, "shadow": shadow},
        gateway=CATALOGUE["HAProxy with SPOE"],
        in_front=CATALOGUE["HAProxy with SPOE"],
        entry=Address("127.0.0.1", free_port()),
        protocol=PROTOCOLS["HTTP/2"],
        last=EXCHANGES[0],
        account=lambda *_: ACCOUNT,
        copies=shadow.received,
        noted=ACCOUNT,
        no_copy=lambda what: [what, "mirror-agent-spoe said last:", *["it is not well" * 30] * 9],
        send=lambda sent, *_, **__: Exchange(sent, answer(0)),
        send_in_turn=lambda sent, *_, **__: [Exchange(each, answer(0)) for each in sent],
        stack=SimpleNamespace(
            marker="secret", flowing=set(), silent=set(), address=lambda *_: ADDRESS
        ),
    )
    made.misbehave = lambda *_, **__: None
    return made


@cache
def values() -> dict[str, Any]:
    """A made-up value for each type that a check takes, by the words of its annotation."""
    journal = {str(each.request_id): arrived(each, "shadow") for each in SENT}
    original = Original(302, (("Location", "/next" * 200), ("Set-Cookie", "a=1")))
    return {
        "Scene": scene(),
        "Exchange": EXCHANGES[1],
        "Sequence[Exchange]": EXCHANGES,
        "Mapping[str, Sequence[Exchange]]": dict.fromkeys(
            ("over new connections", "over a kept connection"), EXCHANGES[1::4]
        ),
        "Sequence[Sent]": SENT,
        "Received": arrived(SENT[0], "shadow"),
        "Sequence[Received]": list(journal.values()),
        "dict[str, Received]": journal,
        "Sequence[str]": [f"header {n}: {'x' * 400!r} is missing" for n in range(MANY)],
        "Sequence[bool]": [n < MANY // 2 for n in range(MANY)],
        "Mapping[str, Sequence[bool]]": {f"user-{n}": [True, n % 2 == 0] for n in range(MANY)},
        "Collection[str]": (),
        "Mapping[str, str]": {"gateway": "\n".join(["panic: " + "x" * 900] * 30)},
        "dict[str, int]": {"/stats": 200, "/stats;csv": 302},
        "Mapping[str, int]": {"received": 1},
        "Account": ACCOUNT,
        "Loss": Loss(1),
        "Waits": Waits((1, 2, 3)),
        "Policy": load.load(load.REFERENCE),
        "Execution": Execution(0, "it began\n" + "x" * 900),
        "Edge": Edge(7, EXCHANGES[0], EXCHANGES[1]),
        "Sequence[Delivery]": [Delivery(original, EXCHANGES[:2], [False, False])],
        "Listening": Listening(SENT[0], ClientError("reset")),
        "Sequence[Listening]": [Listening(each, [1.0, 0.5]) for each in SENT],
        "Sequence[Hinted]": [Hinted(EXCHANGES[0], ()), Hinted(EXCHANGES[1], ())],
        "Session": Session("id", ["text"] * MANY, ["text"], ClientError("reset")),
        "int": 1,
        "float": 0.05,
        "range": range(2),
        "bool": False,
        "str": "surprise",
    }
