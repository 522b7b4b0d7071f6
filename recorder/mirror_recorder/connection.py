"""One connection of a recorder's service port: the reading half.

Reading does not wait for answering: a client that sends and closes at once (fire and forget) has
sent its request all the same, so it is journalled as it arrives. That, and all that http1.py
accepts, is why aiohttp's server, which serves the control port, does not serve this one.
"""

import asyncio
import socket
import struct
from contextlib import suppress
from time import time
from typing import Protocol, cast

from mirror_recorder.answer import Exchange
from mirror_recorder.answerer import Answerer
from mirror_recorder.faults import NO_FAULTS, Faults
from mirror_recorder.http1 import (
    HEAD_LIMIT,
    Body,
    ChunkedBody,
    Head,
    LengthBody,
    MalformedRequestError,
    parse_head,
)
from mirror_recorder.journal import Entry
from mirror_recorder.websocket import Echo

BODY_LIMIT = 64 * 1024 * 1024

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
# Shared by all connections: what is read is used up before the event loop goes on.
_RECEIVED = memoryview(bytearray(65536))


class Owner(Protocol):
    """What a connection needs of the service that it belongs to."""

    malformed: int

    @property
    def name(self) -> str:
        """The name that answers say."""

    @property
    def faults(self) -> Faults:
        """The faults that are set."""

    def faults_for(self, target: bytes) -> Faults:
        """The faults that hold for a raw target."""

    def begin(self, head: Head, connection: "Connection") -> Exchange:
        """A request head arrived."""

    def ended(self, entry: Entry) -> None:
        """A request arrived whole, or was cut."""

    def opened(self, connection: "Connection") -> None:
        """A connection was accepted."""

    def closed(self, connection: "Connection") -> None:
        """A connection is gone."""


class Connection(asyncio.BufferedProtocol):
    """Reads requests one after the other, journals them, hands them to the answering half."""

    _transport: asyncio.Transport
    _answerer: Answerer

    def __init__(self, service: Owner, door: str) -> None:
        self.door = door
        self.number = 0
        self.peer = ""
        self._service = service
        self._loop = asyncio.get_running_loop()
        self._partial = b""
        self._exchange: Exchange | None = None
        self._body: Body | None = None
        self._session: Echo | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._held = False
        self._deaf = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Number the connection; a service that refuses resets it."""
        self._transport = cast(asyncio.Transport, transport)
        self._answerer = Answerer(self._service.name, self._transport, self.reset, self._hold)
        self.peer = _address(self._transport.get_extra_info("peername"))
        self._service.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """What was being received is cut."""
        del exc
        if self._exchange is not None:
            self._cut(self._exchange)
        elif self._partial and not self._deaf:
            self._service.malformed += 1
        if self._timer is not None:
            self._timer.cancel()
        self._answerer.stop()
        self._service.closed(self)

    def pause_writing(self) -> None:
        """The client does not read its answers."""
        self._answerer.blocked(True)

    def resume_writing(self) -> None:
        """The client reads its answers again."""
        self._answerer.blocked(False)

    def reset(self) -> None:
        """End the connection at once with a RST."""
        self._deaf = True
        with suppress(OSError):  # already closed
            sock = cast(socket.socket, self._transport.get_extra_info("socket"))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()

    def faults_changed(self) -> None:
        """Reset what a former fault holds for ever; a slow read asks for its rate by itself."""
        if self._answerer.hung:
            self.reset()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to read to: small when reading slowly, so that the pace is even."""
        del sizehint
        rate = self._service.faults.read_rate
        return _RECEIVED if rate is None else _RECEIVED[: max(1, rate // 20)]

    def buffer_updated(self, nbytes: int) -> None:
        """Take all that was read, pipelined requests too."""
        data = bytes(_RECEIVED[:nbytes])
        try:
            while data and not self._deaf:
                data = self._take(data)
        except MalformedRequestError as error:
            self._service.malformed += 1
            self._refuse(error.status, str(error))

    def _take(self, data: bytes) -> bytes:
        """Use up what was read, or a part of it, and return the rest."""
        if self._session is not None:
            self._converse(self._session, data)
            return b""
        return self._take_head(data) if self._body is None else self._take_body(data)

    def _take_head(self, data: bytes) -> bytes:
        # RFC 9112, 2.2: empty lines before a request line are no request.
        data = self._partial + data if self._partial else data.lstrip(b"\r\n")
        end = data.find(b"\r\n\r\n")
        if max(end, 0 if end >= 0 else len(data)) > HEAD_LIMIT:
            raise MalformedRequestError(f"request head is larger than {HEAD_LIMIT} bytes", 431)
        if end < 0:
            self._partial = data
            return b""
        self._partial = b""
        exchange = self._service.begin(parse_head(data[:end]), self)
        if exchange.head.has_body:
            self._expect_body(exchange)
        elif self._opens_session(exchange):
            self._open_session(exchange, data[: end + 4])
        else:
            self._complete(exchange)
        return data[end + 4 :]

    def _opens_session(self, exchange: Exchange) -> bool:
        """Whether it does; under a fault, or behind others, it is a request like any other."""
        faultless = exchange.faults is NO_FAULTS
        return exchange.head.opens_session and faultless and self._answerer.idle

    def _open_session(self, exchange: Exchange, head: bytes) -> None:
        exchange.entry.end("complete", time())
        self._service.ended(exchange.entry)
        self._session = Echo(self._service.name, exchange.entry)
        self._converse(self._session, head)
        exchange.entry.answered = time()

    def _converse(self, session: Echo, data: bytes) -> None:
        self._transport.write(session.feed(data))
        if session.over:
            self._transport.close()

    def _expect_body(self, exchange: Exchange) -> None:
        head = exchange.head
        self._exchange = exchange
        self._body = ChunkedBody() if head.framing == "chunked" else LengthBody(head.length)
        if exchange.faults.drop_upload_at == 0:
            self.reset()
        elif head.length > BODY_LIMIT:
            self._refuse_size()
        elif exchange.faults.early:
            self._answerer.answer(exchange)
        elif head.expects_continue and self._answerer.idle:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _take_body(self, data: bytes) -> bytes:
        assert self._exchange is not None
        assert self._body is not None
        entry = self._exchange.entry
        payload, rest = self._body.feed(data)
        if entry.length + len(payload) > BODY_LIMIT:
            self._refuse_size()
            return b""
        drop = self._exchange.faults.drop_upload_at
        entry.received(payload if drop is None else payload[: drop - entry.length])
        if entry.length == drop:
            self.reset()
        elif self._body.done:
            entry.trailers = self._body.trailers
            self._complete(self._exchange)
        else:
            self._pace(len(payload), self._exchange)
        return rest

    def _complete(self, exchange: Exchange) -> None:
        self._exchange = self._body = None
        exchange.entry.end("complete", time())
        self._service.ended(exchange.entry)
        if not (exchange.faults.early and exchange.head.has_body):
            self._answerer.answer(exchange)

    def _cut(self, exchange: Exchange) -> None:
        exchange.entry.end("cut", time())
        self._service.ended(exchange.entry)

    def _refuse_size(self) -> None:
        self._refuse(413, f"the body is larger than the {BODY_LIMIT} bytes that a recorder takes")

    def _refuse(self, status: int, reason: str) -> None:
        self._deaf = True
        if self._exchange is not None:
            self._cut(self._exchange)
        self._exchange = self._body = None
        self._answerer.refuse(status, reason)

    def _pace(self, size: int, exchange: Exchange) -> None:
        # Asked anew each time: lifting the fault must speed up what it slows.
        rate = self._service.faults_for(exchange.head.target).read_rate
        if rate is not None and size:
            self._due = max(self._due, self._loop.time()) + size / rate
            self._timer = self._loop.call_at(self._due, self._read_on)
            self._flow()

    def _read_on(self) -> None:
        self._timer = None
        self._flow()

    def _hold(self, hold: bool) -> None:
        self._held = hold
        self._flow()

    def _flow(self) -> None:
        if self._held or self._timer is not None:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()


def _address(peer: tuple[str, int] | None) -> str:
    if peer is None:  # gone before it was looked at
        return ""
    host, port = peer[0].removeprefix("::ffff:"), peer[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
