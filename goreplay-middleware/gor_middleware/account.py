"""The account of every captured request of a route: it ends in exactly one place.

received = sent + dropped{reason} + failed{reason} + in flight
"""

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator

# Why a request was not copied.
INCOMPLETE = "incomplete"  # a packet was not captured, or the upload paused for too long
LOOP = "loop"  # it is a copy already
METHOD = "method"  # one that is not to be mirrored
NO_ROUTE = "no_route"  # a route without a share
NOT_SAMPLED = "not_sampled"
TOO_LARGE = "too_large"
QUEUE_FULL = "queue_full"
QUEUE_BYTES = "queue_bytes"
QUEUE_TIME = "queue_time"  # the shadow did not keep up
# Why a copy has no answer: GoReplay does not tell whether it could not connect, or waited in vain.
NO_ANSWER = "no_answer"

_STATUS = re.compile(rb"[1-5][0-9][0-9]")

DROPPED = (
    INCOMPLETE,
    LOOP,
    METHOD,
    NO_ROUTE,
    NOT_SAMPLED,
    TOO_LARGE,
    QUEUE_FULL,
    QUEUE_BYTES,
    QUEUE_TIME,
)


class Account:
    """The counters; every method may be called from any thread.

    They begin at zero with each start; `restarts` of GoReplay came before this one.
    """

    def __init__(self, restarts: int = 0) -> None:
        self._lock = threading.Lock()
        self._restarts = restarts
        self._malformed = 0
        self._received = 0
        self._sent = 0
        self._unrouted = 0
        self._fragments = 0
        self._dropped = Counter(dict.fromkeys(DROPPED, 0))
        self._failed = Counter({NO_ANSWER: 0})
        self._answers: Counter[str] = Counter()

    def unrouted(self) -> None:
        """A request that no route of the gateway's brought, such as a health check."""
        with self._lock:
            self._unrouted += 1

    def fragment(self) -> None:
        """Something without the head of a request: mostly the end of a body, captured twice."""
        with self._lock:
            self._fragments += 1

    def malformed(self) -> None:
        """A line of GoReplay's is no message, such as one that was cut when it ended."""
        with self._lock:
            self._malformed += 1

    def received(self) -> None:
        """A request of a route was captured."""
        with self._lock:
            self._received += 1

    def dropped(self, reason: str) -> None:
        """A received request will have no copy."""
        with self._lock:
            self._dropped[reason] += 1

    def sent(self, status: bytes) -> None:
        """The shadow answered a copy, with a status such as 200."""
        code = f"{status[:1].decode()}xx" if _STATUS.fullmatch(status) else "other"
        with self._lock:
            self._sent += 1
            self._answers[code] += 1

    def failed(self) -> None:
        """A copy was not answered in time."""
        with self._lock:
            self._failed[NO_ANSWER] += 1

    def render(self) -> bytes:
        """Return everything in Prometheus' text format."""
        with self._lock:
            settled = self._sent + self._dropped.total() + self._failed.total()
            lines = [
                *_family("received_total", "counter", [("", self._received)]),
                *_family("sent_total", "counter", [("", self._sent)]),
                *_family("dropped_total", "counter", _by("reason", self._dropped)),
                *_family("failed_total", "counter", _by("reason", self._failed)),
                *_family("in_flight", "gauge", [("", self._received - settled)]),
                *_family("answers_total", "counter", _by("code", self._answers)),
                *_family("unrouted_total", "counter", [("", self._unrouted)]),
                *_family("fragments_total", "counter", [("", self._fragments)]),
                *_family("malformed_total", "counter", [("", self._malformed)]),
                *_family("restarts_total", "counter", [("", self._restarts)]),
            ]
        return ("\n".join(lines) + "\n").encode()


def _by(label: str, counts: Counter[str]) -> Iterator[tuple[str, int]]:
    return ((f'{{{label}="{value}"}}', count) for value, count in counts.items())


def _family(name: str, kind: str, samples: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield f"# TYPE goreplay_mirror_{name} {kind}"
    for labels, value in samples:
        yield f"goreplay_mirror_{name}{labels} {value}"
