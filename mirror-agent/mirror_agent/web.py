"""The agent's own small HTTP server: /metrics and /healthz."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress

from .account import Figure, add_up
from .metrics import CONTENT_TYPE, render
from .settings.model import Address

_PATIENCE = 5.0  # seconds for a whole exchange
_HEAD_LIMIT = 8 * 1024
_MOST_CLIENTS = 50

_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}

Figures = Callable[[], Awaitable[Iterable[Figure]]]
Health = Callable[[], Mapping[str, object]]


class Web:
    """Answers one request per connection."""

    def __init__(self, figures: Figures, health: Health) -> None:
        """Show these figures; health must have the key `status`, "ok" if all is well."""
        self._figures = figures
        self._health = health
        self._clients = 0
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
        try:
            if self._clients <= _MOST_CLIENTS:
                async with asyncio.timeout(_PATIENCE):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(await self._answer(head))
                    await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._clients -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, head: bytes) -> bytes:
        method, _, rest = head.partition(b"\r\n")[0].partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        if path not in (b"/metrics", b"/healthz"):
            return _response(404, "text/plain", b"/metrics and /healthz are here\n")
        if method not in (b"GET", b"HEAD"):
            return _response(405, "text/plain", b"GET and HEAD only\n", b"Allow: GET, HEAD\r\n")
        if path == b"/metrics":
            body = render(add_up([await self._figures()]))
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
