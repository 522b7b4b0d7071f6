"""The client: sends requests exactly as told, over connections it controls."""

import http.client
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from features.support.waiting import patient
from features.support.wire import ids, targets
from features.support.wire.exchange import Answer, Headers, Sent

HOST = "shop.example"  # whom clients ask for, where nothing else is said
TIMEOUT = 10.0  # seconds a client waits for an answer before it gives up
_CHUNK = 7919  # an odd size, so that chunk borders never fall on buffer borders


@dataclass(frozen=True)
class Address:
    """Where a service listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return host:port; an address of IPv6 stands in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class ClientError(Exception):
    """The client got no answer: refused, reset or timed out."""


class ClientTimeoutError(ClientError):
    """The client gave up waiting."""


Sending = Callable[[Sent], Answer]
Opening = Callable[[Address], AbstractContextManager[http.client.HTTPConnection]]


@dataclass(frozen=True)
class Exchange:
    """A request and its answer, or the reason why the client got none."""

    sent: Sent
    answer: Answer | ClientError

    @property
    def status(self) -> int | None:
        """Return the status the client got, if it got an answer."""
        return self.answer.status if isinstance(self.answer, Answer) else None

    def __str__(self) -> str:
        """Return the request and what the client got."""
        return f"{self.sent}: {self.answer}"


def request(
    method: str,
    target: str,
    headers: Headers = (),
    body: bytes | None = None,
    *,
    chunked: bool = False,
    with_id: bool = True,
) -> Sent:
    """Make a request with a Host, an id of its own, and nothing that was not asked for."""
    own = [("Host", HOST)] if not any(n.lower() == "host" for n, _ in headers) else []
    own += [("X-Request-Id", ids.new())] if with_id else []
    return Sent(method, target, (*own, *headers), body, chunked)


@contextmanager
def connection(to: Address, timeout: float | None = None) -> Iterator[http.client.HTTPConnection]:
    """Open a connection that several requests can be sent over, and close it at the end."""
    link = http.client.HTTPConnection(to.host, to.port, timeout=timeout or patient(TIMEOUT))
    try:
        yield link
    finally:
        link.close()


def no_answer(sent: Sent, reason: Exception) -> ClientError:
    """Return why a client got no answer to a request."""
    kind = ClientTimeoutError if isinstance(reason, TimeoutError) else ClientError
    return kind(f"{sent.method} {sent.target}: {type(reason).__name__}: {reason}")


def send_over(
    link: http.client.HTTPConnection, sent: Sent, parts: Iterable[bytes] | None = None
) -> Answer:
    """Send a request over a connection and read the whole answer; raises ClientError.

    A body goes out in `parts` where they are given.
    """
    started = time.perf_counter()
    try:
        _write(link, sent, parts)
        response = link.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as reason:
        link.close()
        raise no_answer(sent, reason) from reason
    elapsed = time.perf_counter() - started
    return Answer(response.status, tuple(response.getheaders()), body, elapsed)


def send(to: Address, sent: Sent, timeout: float | None = None) -> Answer:
    """Send a request over a connection of its own; raises ClientError."""
    with connection(to, timeout) as link:
        return send_over(link, sent)


def send_in_halves(to: Address, sent: Sent, between: Callable[[], None]) -> Answer:
    """Send the first half of a body, do something, send the second half; raises ClientError."""
    body = sent.body or b""
    half = len(body) // 2

    def parts() -> Iterator[bytes]:
        yield body[:half]
        between()
        yield body[half:]

    with connection(to) as link:
        return send_over(link, sent, parts())


def send_in_turn(to: Address, requests: Iterable[Sent]) -> list[Answer | ClientError]:
    """Send requests one after the other over one connection; answers come in the same order."""
    with connection(to) as link:
        return in_turn(partial(send_over, link), requests)


def in_turn(
    send: Sending, requests: Iterable[Sent], within: float | None = None
) -> list[Answer | ClientError]:
    """Send requests one after the other; answers come in the same order.

    Requests that have not begun `within` seconds are left out.
    """
    ends = math.inf if within is None else time.monotonic() + patient(within)
    begun = takewhile(lambda _: time.monotonic() < ends, requests)
    return [_attempt(partial(send, each)) for each in begun]


def send_at_once(
    to: Address, requests: Sequence[Sent], opening: Opening = connection
) -> list[Answer | ClientError]:
    """Send every request at the same moment, one client each; answers come in the same order.

    All clients are connected before a barrier lets them send together.
    """
    results: list[Answer | ClientError] = [ClientError("was never sent")] * len(requests)
    barrier = threading.Barrier(len(requests))

    def client(number: int) -> None:
        with opening(to) as link:
            results[number] = _attempt(lambda: _meet_and_send(link, barrier, requests[number]))

    _run_all([threading.Thread(target=client, args=(n,)) for n in range(len(requests))])
    return results


def _meet_and_send(
    link: http.client.HTTPConnection, barrier: threading.Barrier, sent: Sent
) -> Answer:
    try:
        link.connect()
    except OSError as reason:
        barrier.abort()
        raise ClientError(f"could not connect: {reason}") from reason
    barrier.wait(timeout=patient(TIMEOUT))
    return send_over(link, sent)


def _attempt(exchange: Callable[[], Answer]) -> Answer | ClientError:
    try:
        return exchange()
    except ClientError as reason:
        return reason
    except threading.BrokenBarrierError:
        return ClientError("another client could not connect, so nobody sent")


def _run_all(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _write(
    link: http.client.HTTPConnection, sent: Sent, parts: Iterable[bytes] | None = None
) -> None:
    target = targets.there(sent.target)
    link.putrequest(sent.method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in sent.headers:
        link.putheader(name, value)
    if sent.chunked:
        link.putheader("Transfer-Encoding", "chunked")
    elif sent.body is not None:
        link.putheader("Content-Length", str(len(sent.body)))
    if sent.chunked:
        link.endheaders(_chunks(sent.body or b"") if parts is None else parts, encode_chunked=True)
    else:
        link.endheaders(sent.body if parts is None else parts)


def _chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), _CHUNK):
        yield body[start : start + _CHUNK]
