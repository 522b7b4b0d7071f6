"""Many clients in one thread, who hardly use the processor that gateway and tool need.

So what they measure is how long they were kept, and not how long they waited for one another.
"""

import heapq
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from random import Random

from features.support.waiting import patient
from features.support.wire import raw
from features.support.wire.client import (
    Address,
    ClientError,
    ClientTimeoutError,
    Exchange,
    request,
)
from features.support.wire.exchange import Answer, Headers, Sent, first

_PATIENCE = 3.0  # seconds that a client waits for an answer
_LATE = 0.5  # seconds after which an answer is late
_FEW = 3  # late answers that prove nothing
_READ = 65536
_TICK = 0.1  # seconds between two looks at who has lost patience
_END = b"\r\n\r\n"


@dataclass
class _OfTheCrowd:
    """One client: a connection for each target, and which of them it uses next.

    Every second client begins with another target than its neighbours, so that a moment in which
    the machine stands still holds up as many requests to one target as to the other.
    """

    number: int
    links: list["_Link"]
    rounds: int
    kept: bool
    turn: int = 0

    def next(self) -> "_Link | None":
        """Return the link of the next request; who comes first changes from round to round."""
        past, place = divmod(self.turn, len(self.links))
        if past == self.rounds:
            return None
        self.turn += 1
        return (self.links if (past + self.number) % 2 else self.links[::-1])[place]

    def cut_short(self) -> None:
        """Let the round that has begun be the last."""
        self.rounds = -(-self.turn // len(self.links))


@dataclass
class _Link:
    """A connection, and the exchange that is on its way over it."""

    to: Address
    target: str
    sent: Sent = field(default_factory=lambda: Sent("GET", "/", ()))
    began: float = 0.0
    got: bytes = b""
    opened: socket.socket | None = None

    def send(self) -> socket.socket:
        """Send a new request, over a new connection if there is none; raises OSError."""
        self.sent, self.got = request("GET", self.target), b""
        self.began = time.perf_counter()
        if self.opened is None:
            self.opened = socket.create_connection((self.to.host, self.to.port), patient(_PATIENCE))
            self.opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.opened.sendall(raw.head(self.sent))
        return self.opened

    def receive(self) -> Answer | None:
        """Read what has come; return the answer once it is whole; raises OSError, ClientError."""
        assert self.opened is not None
        more = self.opened.recv(_READ)
        self.got += more
        answer = parsed(self.got, time.perf_counter() - self.began, ended=not more)
        if answer is None and not more:
            raise ClientError(f"GET {self.target}: the connection ended before the answer")
        return answer

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self.opened is not None:
            self.opened.close()
            self.opened = None


class Crowd:
    """So many clients who send GET requests to each target in turn, so many times.

    Each waits for its answer before it sends again, after a pause of `pause` seconds on average,
    and keeps its connections or opens one for each request. No round begins once more than a fifth
    of the answers were late: who is slow has shown it by then.
    """

    def __init__(
        self,
        to: Address,
        targets: Sequence[str],
        clients: int,
        rounds: int,
        *,
        kept: bool = True,
        pause: float = 0.0,
    ) -> None:
        self._clients = [
            _OfTheCrowd(number, [_Link(to, target) for target in targets], rounds, kept)
            for number in range(clients)
        ]
        self._pause, self._chance = pause, Random(clients)  # the same pauses in each run
        self._pausing: list[tuple[float, int, _OfTheCrowd]] = []
        self._order = count()  # of those whose pauses end at the same moment
        self._waiting = selectors.DefaultSelector()
        self._done: list[Exchange] = []
        self._late = 0

    def send(self) -> list[Exchange]:
        """Send everything, and return the exchanges in the order in which they ended."""
        try:
            for client in self._clients:
                self._rest(client)
            while self._waiting.get_map() or self._pausing:
                self._await_some()
        finally:
            for client in self._clients:
                for link in client.links:
                    link.close()
            self._waiting.close()
        return self._done

    def _rest(self, client: _OfTheCrowd) -> None:
        """Let a client pause before its next request."""
        pause = self._chance.expovariate(1 / self._pause) if self._pause else 0.0
        heapq.heappush(self._pausing, (time.perf_counter() + pause, next(self._order), client))

    def _go_on(self, client: _OfTheCrowd) -> None:
        """Let a client send its next request."""
        link = client.next()
        if link is None:
            return
        try:
            opened = link.send()
        except OSError as reason:
            self._end(client, link, ClientError(f"GET {link.target}: {reason}"))
        else:
            self._waiting.register(opened, selectors.EVENT_READ, (client, link))

    def _await_some(self) -> None:
        now = time.perf_counter()
        while self._pausing and self._pausing[0][0] <= now:
            self._go_on(heapq.heappop(self._pausing)[2])
        ends = self._pausing[0][0] - time.perf_counter() if self._pausing else _TICK
        for key, _ in self._waiting.select(max(0.0, min(ends, _TICK))):
            client, link = key.data
            outcome = _outcome(link.receive)
            if outcome is not None:
                self._ended(client, link, outcome)
        now = time.perf_counter()
        for key in list(self._waiting.get_map().values()):
            client, link = key.data
            if now - link.began > patient(_PATIENCE):
                reason = ClientTimeoutError(f"GET {link.target}: no answer in {_PATIENCE:g} s")
                self._ended(client, link, reason)

    def _ended(self, client: _OfTheCrowd, link: _Link, outcome: Answer | ClientError) -> None:
        assert link.opened is not None
        self._waiting.unregister(link.opened)
        self._end(client, link, outcome)

    def _end(self, client: _OfTheCrowd, link: _Link, outcome: Answer | ClientError) -> None:
        if not client.kept or not isinstance(outcome, Answer) or _closes(outcome.headers):
            link.close()
        self._done.append(Exchange(link.sent, outcome))
        self._late += not isinstance(outcome, Answer) or outcome.elapsed > _LATE
        if self._late > max(_FEW, len(self._done) // 5):
            for each in self._clients:
                each.cut_short()
        self._rest(client)


def _outcome(receive: Callable[[], Answer | None]) -> Answer | ClientError | None:
    try:
        return receive()
    except ClientError as reason:
        return reason
    except (OSError, ValueError) as reason:
        return ClientError(f"{type(reason).__name__}: {reason}")


def parsed(got: bytes, elapsed: float, *, ended: bool = False) -> Answer | None:
    """Return the answer that these bytes are, None while more must come; raises ValueError.

    `ended` tells that the connection is at its end.
    """
    head, end, rest = got.partition(_END)
    if not end:
        return None
    first_line, *lines = head.decode("latin-1").split("\r\n")
    status = int(first_line.split(" ", 2)[1])
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name, value.strip()) for name, _, value in pairs)
    body = _body(status, headers, rest, ended=ended)
    return None if body is None else Answer(status, headers, body, elapsed)


def _body(status: int, headers: Headers, rest: bytes, *, ended: bool) -> bytes | None:
    length = first(headers, "content-length")
    if status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        return b""
    if length is not None:
        return rest if len(rest) >= int(length) else None
    if first(headers, "transfer-encoding") is not None:
        return _unchunked(rest)
    return rest if ended else None


def _unchunked(rest: bytes) -> bytes | None:
    body = b""
    while b"\r\n" in rest:
        size, _, rest = rest.partition(b"\r\n")
        count = int(size.partition(b";")[0], 16)
        if count == 0:
            return body
        body, rest = body + rest[:count], rest[count + 2 :]
    return None


def _closes(headers: Headers) -> bool:
    return (first(headers, "connection") or "").lower() == "close"
