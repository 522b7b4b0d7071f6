"""The account of every request: for each shadow, what was received ends in exactly one place.

    received = sent + dropped{reason} + failed{reason} + in flight

Counting is adding to plain integers, because it happens several times a request; metrics.py turns
them into Prometheus metrics when somebody asks.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

# Why a request was not given to a shadow.
MALFORMED = "malformed"  # the input's message holds no well-formed request
LOOP = "loop"  # it bears the marker: it is a copy already
NO_ROUTE = "no_route"
METHOD = "method"
NOT_SAMPLED = "not_sampled"
OTHER_SHADOW = "other_shadow"  # its route does not name this shadow
CUT = "cut"  # HAProxy's buffer did not hold the whole body
QUEUE_FULL = "queue_full"
QUEUE_BYTES = "queue_bytes"
QUEUE_TIME = "queue_time"  # it waited too long for a connection
CIRCUIT_OPEN = "circuit_open"  # the shadow failed repeatedly and is left alone for a while
SHUTDOWN = "shutdown"

# Why a copy that a shadow was to get has no answer.
CONNECT = "connect"
TIMEOUT = "timeout"
CLOSED = "closed"  # the connection ended before the answer began
BAD_ANSWER = "bad_answer"
WORKER_LOST = "worker_lost"  # the worker that had it died

DROPPED = (
    MALFORMED,
    LOOP,
    NO_ROUTE,
    METHOD,
    NOT_SAMPLED,
    OTHER_SHADOW,
    CUT,
    QUEUE_FULL,
    QUEUE_BYTES,
    QUEUE_TIME,
    CIRCUIT_OPEN,
    SHUTDOWN,
)
FAILED = (CONNECT, TIMEOUT, CLOSED, BAD_ANSWER, WORKER_LOST)

# A metric's name with the values of its labels, and its value: what workers hand to each other.
Figure = tuple[str, tuple[str, ...], float]


class Tally:
    """The account of one shadow."""

    __slots__ = ("answers", "dropped", "failed", "received", "seconds", "sent")

    def __init__(self) -> None:
        """Start at zero, with every reason present, so that rates have a first value."""
        self.received = 0
        self.sent = 0
        self.dropped = dict.fromkeys(DROPPED, 0)
        self.failed = dict.fromkeys(FAILED, 0)
        self.answers = [0] * 6  # by the hundreds of the status
        self.seconds = 0.0  # from sending a copy to the end of its answer

    def settled(self) -> int:
        """Return how many requests have their place: sent, dropped or failed."""
        return self.sent + sum(self.dropped.values()) + sum(self.failed.values())


class Account:
    """All figures of one worker."""

    def __init__(
        self, requests: Counter[str] | None = None, promised: Counter[str] | None = None
    ) -> None:
        """Start with no shadow and no input.

        `requests` counts by input, `promised` what is about to be acknowledged, so that a worker
        that dies in between is known to have had it.
        """
        self.shadows: dict[str, Tally] = {}
        self.requests: Counter[str] = Counter() if requests is None else requests
        self.promised: Counter[str] = Counter() if promised is None else promised
        self.closed: dict[str, Counter[str]] = {}  # connections closed, by input and reason
        self.healthchecks = 0
        self.forged = 0
        self.cut_marked = 0
        self.lost = 0
        self.reported = 0
        self.repeated = 0
        self.before_first = 0
        self.refused = 0
        self.errors = 0
        self.gauges: list[Callable[[], Iterable[Figure]]] = []

    def shadow(self, name: str) -> Tally:
        """Return the tally of a shadow; it outlives reloads, as counters must not fall."""
        return self.shadows.setdefault(name, Tally())

    def add_input(self, name: str) -> None:
        """Show an input from the start, with zeros."""
        self.requests[name] += 0
        self.closed.setdefault(name, Counter())

    def figures(self) -> list[Figure]:
        """Return all figures as they are now."""
        figures: list[Figure] = [
            ("healthchecks", (), self.healthchecks),
            ("forged_markers", (), self.forged),
            ("cut_sent", (), self.cut_marked),
            ("ring_lost", (), self.lost),
            ("ring_reported", (), self.reported),
            ("ring_repeated", (), self.repeated),
            ("ring_before_first", (), self.before_first),
            ("ring_refused", (), self.refused),
            ("errors", (), self.errors),
        ]
        figures += [("requests", (name,), count) for name, count in self.requests.items()]
        for name, reasons in self.closed.items():
            figures += [("closed", (name, reason), count) for reason, count in reasons.items()]
        for name, tally in self.shadows.items():
            figures += _shadow_figures(name, tally)
        for gauge in self.gauges:
            figures += gauge()
        return figures


def _shadow_figures(name: str, tally: Tally) -> list[Figure]:
    figures: list[Figure] = [
        ("received", (name,), tally.received),
        ("sent", (name,), tally.sent),
        ("answer_seconds", (name,), tally.seconds),
    ]
    figures += [("dropped", (name, reason), count) for reason, count in tally.dropped.items()]
    figures += [("failed", (name, reason), count) for reason, count in tally.failed.items()]
    figures += [
        ("answers", (name, f"{hundreds}xx"), count)
        for hundreds, count in enumerate(tally.answers)
        if hundreds >= 2
    ]
    return figures


def add_up(parts: Iterable[Iterable[Figure]]) -> list[Figure]:
    """Add the figures of several workers."""
    total: defaultdict[tuple[str, tuple[str, ...]], float] = defaultdict(float)
    for part in parts:
        for name, labels, value in part:
            total[name, labels] += value
    return [(name, labels, value) for (name, labels), value in total.items()]
