"""The agent's own small HTTP server: /metrics and /healthz."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping

from .account import Figure, add_up
from .inputs.connection import probe
from .metrics import CONTENT_TYPE, render
from .settings.model import Address

_PATIENCE = 5.0  # seconds for a request, and for its answer
_HEAD_LIMIT = 8 * 1024
_MOST_CLIENTS = 50

_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}

Figures = Callable[[], Awaitable[Iterable[Figure]]]
Health = Callable[[], Mapping[str, object]]


class Web:
    """Answers one request per connection.

    A client has some seconds for its request and some for its answer. Where there are too many,
    the one that has been silent for longest gives way.
    """

    def __init__(self, figures: Figures, health: Health) -> None:
        """Show these figures; health must have the key `status`, "ok" if all is well."""
        self._figures = figures
        self._health = health
        self._silent: dict[asyncio.StreamWriter, None] = {}  # in the order of their coming
        self._clients = 0
        self._closed = dict.fromkeys(("gave_way", "too_many", "timeout"), 0)
        self._server: asyncio.Server | None = None

    async def start(self, address: Address) -> Address:
        """Listen; returns where, with the real port."""
        self._server = await asyncio.start_server(
            self._serve, address.host or None, address.port, limit=_HEAD_LIMIT
        )
        return Address(address.host, self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients += 1
        self._silent[writer] = None
        try:
            probe(writer.get_extra_info("socket"))
            if self._clients <= _MOST_CLIENTS or self._make_room(writer):
                async with asyncio.timeout(_PATIENCE):
                    head = await reader.readuntil(b"\r\n\r\n")
                self._silent.pop(writer, None)
                async with asyncio.timeout(_PATIENCE):
                    writer.write(await self._answer(head))
                    await writer.drain()
                    writer.close()
                    await writer.wait_closed()
        except TimeoutError:
            self._closed["timeout"] += 1
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._clients -= 1
            self._silent.pop(writer, None)
            writer.transport.abort()  # at once, also where the client does not read

    def _make_room(self, newcomer: asyncio.StreamWriter) -> bool:
        """Close the connection that has been silent for longest; returns whether there is one."""
        oldest = next(iter(self._silent))
        if oldest is newcomer:
            self._closed["too_many"] += 1
            return False
        del self._silent[oldest]
        oldest.transport.abort()
        self._closed["gave_way"] += 1
        return True

    def _own_figures(self) -> Iterable[Figure]:
        return [("closed", ("metrics", reason), n) for reason, n in self._closed.items()]

    async def _answer(self, head: bytes) -> bytes:
        method, _, rest = head.partition(b"\r\n")[0].partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        if path not in (b"/metrics", b"/healthz"):
            return _response(404, "text/plain", b"/metrics and /healthz are here\n")
        if method not in (b"GET", b"HEAD"):
            return _response(405, "text/plain", b"GET and HEAD only\n", b"Allow: GET, HEAD\r\n")
        if path == b"/metrics":
            body = render(add_up([await self._figures(), self._own_figures()]))
            answer = _response(200, CONTENT_TYPE, body)
        else:
            health = self._health()
            status = 200 if health["status"] == "ok" else 503
            answer = _response(status, "application/json", json.dumps(health).encode() + b"\n")
        return answer if method == b"GET" else answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def _response(status: int, kind: str, body: bytes, extra: bytes = b"") -> bytes:
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n"
    )
    return head.encode() + extra + b"\r\n" + body
