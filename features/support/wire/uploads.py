"""Clients that break off their uploads, or take their time over them."""

import http.client
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, suppress

from features.support import waiting
from features.support.wire import raw
from features.support.wire.client import Address, ClientError, connection, send_over
from features.support.wire.exchange import Answer, Sent

_PATIENCE = 5.0  # seconds that a client gives half a body to be taken
_RESET = struct.pack("ii", 1, 0)
_PIECE = 4096


def break_off(to: Address, sent: Sent, *, reset: bool) -> ClientError:
    """Send half of a body, then close the connection, or reset it; raises OSError."""
    body = sent.body or b""
    length = ("Content-Length", str(len(body)))
    framing = ("Transfer-Encoding", "chunked") if sent.chunked else length
    pieces = (body[at : at + _PIECE] for at in range(0, len(body) // 2, _PIECE))
    link = socket.create_connection((to.host, to.port), waiting.patient(_PATIENCE))
    with closing(link), suppress(ConnectionError):  # it was told already that nobody reads on
        link.sendall(raw.head(sent, framing))
        for piece in pieces:
            link.sendall(b"%X\r\n%s\r\n" % (len(piece), piece) if sent.chunked else piece)
        if reset:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    return ClientError("the client broke off")


def send_slowly(to: Address, sent: Sent, seconds: float, pieces: int = 10) -> Answer | ClientError:
    """Send a body in pieces over so many seconds, and read the answer."""
    body = sent.body or b""
    size = -(-len(body) // pieces)

    def slowly() -> Iterator[bytes]:
        for at in range(0, len(body), size):
            yield body[at : at + size]
            waiting.take_time(seconds / pieces)

    try:
        with connection(to) as link:
            return send_over(link, sent, slowly())
    except (ClientError, http.client.HTTPException) as reason:
        return reason if isinstance(reason, ClientError) else ClientError(str(reason))
