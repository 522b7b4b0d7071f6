"""What stands between GoReplay's capture and its HTTP client."""

import binascii
import random
import time
from typing import BinaryIO

from gor_middleware import account
from gor_middleware.account import Account
from gor_middleware.message import REQUEST, SHADOW_ANSWER, Line, LineError, lines, parse
from gor_middleware.outbox import Outbox
from gor_middleware.request import NO_COPY, ROUTE, MalformedError, Request
from gor_middleware.settings import Settings
from gor_middleware.web import Page

# Seconds after the last packet when GoReplay hands over what it did not find whole: its option
# --input-raw-expire in goreplay.sh.
EXPIRE = 1.0
# HAProxy checks the primary twice a second, so silence for so many seconds means that the capture
# is broken, for instance because the interface is gone.
SILENCE = 5.0
HEAD = 1 << 20  # bytes of a message beside a body


class Middleware:
    """Takes what GoReplay captured and gives it copies to send."""

    def __init__(self, settings: Settings) -> None:
        self.account = Account(settings.restarts)
        self._settings = settings
        # GoReplay itself gives up after `timeout`; a second for its message to get here.
        self.outbox = Outbox(self.account, settings.connections, settings.timeout + 1)
        self._captured_at: float | None = None

    def health(self) -> Page:
        """Say that the capture works, or why it seems not to."""
        if self._captured_at is None:
            return Page(503, b"nothing was captured yet\n")
        silence = time.monotonic() - self._captured_at
        if silence < SILENCE:
            return Page(200, b"ok\n")
        return Page(503, b"nothing was captured for %d seconds\n" % silence)

    def metrics(self) -> Page:
        """Return the account."""
        return Page(200, self.account.render())

    def read(self, messages: BinaryIO) -> None:
        """Take what GoReplay writes, until it ends."""
        for line in lines(messages, 2 * (self._settings.largest + HEAD)):
            self.take(line)
        self.outbox.close()

    def write(self, messages: BinaryIO) -> None:
        """Give GoReplay copies, as many as it can send at a time."""
        while item := self.outbox.get():
            identity, copy = item
            messages.write(binascii.hexlify(b"1 %s 0 0\n%s" % (identity, copy)) + b"\n")
            messages.flush()

    def take(self, line: Line) -> None:
        """Take a line, whatever it is: no request may end the mirroring of others."""
        try:
            message = parse(line.text)
        except LineError:
            self.account.malformed()
            return
        if message.kind == REQUEST:
            self._captured_at = time.monotonic()
            in_order = time.time() - message.at < EXPIRE
            self._captured(message.identity, message.payload, line.is_cut, in_order=in_order)
        elif message.kind == SHADOW_ANSWER:
            self.outbox.answered(message.identity, message.payload[9:12])

    def _captured(self, identity: bytes, payload: bytes, is_cut: bool, *, in_order: bool) -> None:
        try:
            request = Request(payload)
        except MalformedError:
            self.account.fragment()
            return
        route = request.value(ROUTE)
        if route is None:
            self.account.unrouted()
            return
        self.account.received()
        reason = self._why_not(request, route)
        if reason is None:
            reason = account.TOO_LARGE if is_cut else self._what_is_wrong(request, in_order)
        if reason:
            self.account.dropped(reason)
        else:
            self.outbox.put(identity, request.copy(self._settings.added, self._settings.gone))

    def _why_not(self, request: Request, route: bytes) -> str | None:
        share = self._settings.shares.get(route, 0)
        if request.value(NO_COPY) or request.has_passed(self._settings.name):
            return account.LOOP
        if not share:
            return account.NO_ROUTE
        methods = self._settings.methods
        if methods and request.line.partition(b" ")[0] not in methods:
            return account.METHOD
        return account.NOT_SAMPLED if random.random() * 100 >= share else None

    def _what_is_wrong(self, request: Request, in_order: bool) -> str | None:
        if len(request.body) > self._settings.largest:
            return account.TOO_LARGE
        # What GoReplay did not find whole itself may lack a packet, and a packet may be a chunk.
        if request.is_chunked() and not in_order:
            return account.INCOMPLETE
        return None if request.is_whole() else account.INCOMPLETE
