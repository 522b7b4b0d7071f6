"""Bytes as a client sends them that keeps to no library's rules."""

import http.client
import socket
import time
from contextlib import suppress

from features.support.waiting import patient
from features.support.wire import targets
from features.support.wire.client import Address, no_answer
from features.support.wire.exchange import Answer, Headers, Sent

_WITHIN = 5.0
_PIECE = 65536


def send_raw(to: Address, data: bytes) -> bytes:
    """Send bytes over a connection of their own, then its end; return all that came back.

    A connection that is reset, or that stays open for too long, ends what comes back.
    """
    got = b""
    with suppress(OSError), socket.create_connection((to.host, to.port), patient(_WITHIN)) as link:
        link.sendall(data)
        link.shutdown(socket.SHUT_WR)
        while piece := link.recv(_PIECE):
            got += piece
    return got


def head(sent: Sent, *more: tuple[str, str]) -> bytes:
    """Return a request's head, without what frames a body."""
    lines = [f"{sent.method} {targets.there(sent.target)} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in (*sent.headers, *more)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def send_with_trailers(to: Address, sent: Sent, trailers: Headers) -> Answer:
    """Send a request whose body comes in one chunk, with trailers; raises ClientError."""
    body = sent.body or b""
    names = ", ".join(name for name, _ in trailers)
    framed = (("Transfer-Encoding", "chunked"), ("Trailer", names), ("Connection", "close"))
    lines = "".join(f"{name}: {value}\r\n" for name, value in trailers).encode("latin-1")
    chunks = b"%x\r\n%b\r\n0\r\n%b\r\n" % (len(body), body, lines)
    started = time.perf_counter()
    return _read(to, sent, head(sent, *framed) + chunks, started)


def _read(to: Address, sent: Sent, data: bytes, started: float) -> Answer:
    with socket.create_connection((to.host, to.port), patient(_WITHIN)) as link:
        try:
            link.sendall(data)
            response = http.client.HTTPResponse(link, method=sent.method)
            response.begin()
            body = response.read()
        except (OSError, http.client.HTTPException) as reason:
            raise no_answer(sent, reason) from reason
    elapsed = time.perf_counter() - started
    return Answer(response.status, tuple(response.getheaders()), body, elapsed)
