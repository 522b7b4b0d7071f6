"""A client whose requests a test can recognise."""

import http.client
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
START = 10.0  # seconds
T = TypeVar("T")
Headers = Iterable[tuple[str, str]]
Body = bytes | list[bytes]  # a list is sent in chunks


@dataclass(frozen=True)
class Answer:
    """What the client got, and the id of its request."""

    id: str
    status: int
    body: bytes
    seconds: float


class Client:
    """One client connection to the gateway, used again where the gateway allows it."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=10)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def send(
        self, method: str, target: str, headers: Headers = (), body: Body | None = None
    ) -> Answer:
        """Send one request exactly as told, plus Host, X-Request-Id and the body's framing."""
        identity = str(uuid.uuid4())
        began = time.monotonic()
        self._connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        names = {name.lower() for name, _ in headers}
        own = [("Host", "orders.example"), ("X-Request-Id", identity)]
        for name, value in [*(h for h in own if h[0].lower() not in names), *headers]:
            self._connection.putheader(name, value)
        chunked = isinstance(body, list)
        if chunked:
            self._connection.putheader("Transfer-Encoding", "chunked")
        elif body is not None:
            self._connection.putheader("Content-Length", str(len(body)))
        self._connection.endheaders(body, encode_chunked=chunked)
        with self._connection.getresponse() as response:
            try:
                content = response.read()
            except http.client.IncompleteRead as cut:
                content = cut.partial
        return Answer(identity, response.status, content, time.monotonic() - began)
