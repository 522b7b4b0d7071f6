"""Reads captured requests and the shadow's answers from GoReplay, and gives it copies to send.

A message is a line of hexadecimal digits: `type id time duration`, a newline, and what was
captured; type 1 is a request, 3 an answer of the shadow's (GoReplay, docs/Middleware.md). Times
are in nanoseconds.
"""

import binascii
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO

from gor_middleware import account
from gor_middleware.account import Account
from gor_middleware.outbox import Outbox
from gor_middleware.request import NO_COPY, ROUTE, MalformedError, Request

# Seconds after the last packet when GoReplay hands over what it did not find whole: its option
# --input-raw-expire in goreplay.sh.
EXPIRE = 1.0
# HAProxy checks the primary twice a second, so silence for so many seconds means that the capture
# is broken, for instance because the interface is gone.
SILENCE = 5.0


class SettingsError(Exception):
    """What is wrong with which environment variable, in one line."""


@dataclass(frozen=True)
class Settings:
    """`shares` are percent by route, `timeout` is in seconds, `largest` a size in bytes."""

    shares: Mapping[bytes, float]
    marker: bytes
    remove: frozenset[bytes]
    timeout: float
    connections: int
    largest: int
    metrics: tuple[str, int]


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings that goreplay.sh explains. Raises SettingsError."""
    host, _, port = environment["METRICS_BIND"].rpartition(":")
    return Settings(
        shares=dict(_share(word) for word in environment["MIRROR_SHARES"].split()),
        marker=environment["MIRROR_MARKER"].encode(),
        remove=frozenset(environment["MIRROR_REMOVE"].lower().encode().split()),
        timeout=_number(environment, "SHADOW_TIMEOUT", 1, 600),
        connections=_number(environment, "SHADOW_CONNECTIONS", 1, 1000),
        largest=_number(environment, "MIRROR_LARGEST", 1, 1024) << 20,
        metrics=(host.strip("[]"), _number({"METRICS_BIND": port}, "METRICS_BIND", 0, 65535)),
    )


def _share(word: str) -> tuple[bytes, float]:
    route, _, percent = word.partition("=")
    try:
        share = float(percent)
    except ValueError:
        share = -1
    if not route or not 0 <= share <= 100:
        raise SettingsError(f"MIRROR_SHARES: {word!r} is not route=percent, such as v1=100")
    return route.encode(), share


def _number(environment: Mapping[str, str], name: str, least: int, most: int) -> int:
    text = environment[name]
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise SettingsError(f"{name}: {text!r} is not a whole number from {least} to {most}")
    return int(text)


class Middleware:
    """What stands between GoReplay's capture and its HTTP client."""

    def __init__(self, settings: Settings) -> None:
        self.account = Account()
        self._settings = settings
        # GoReplay itself gives up after `timeout`; a second for its message to get here.
        self._outbox = Outbox(self.account, settings.connections, settings.timeout + 1)
        self._captured_at = -SILENCE

    def health(self) -> bytes | None:
        """Say that the capture works, None when it seems not to."""
        return b"ok\n" if time.monotonic() - self._captured_at < SILENCE else None

    def read(self, messages: BinaryIO) -> None:
        """Take what GoReplay writes, until it ends."""
        for line in messages:
            meta, _, payload = binascii.unhexlify(line.rstrip()).partition(b"\n")
            kind, identity, began, took = meta.split(b" ")
            if kind == b"1":
                self._captured_at = time.monotonic()
                age = time.time() - (int(began) + int(took)) / 1e9
                self._captured(identity, payload, in_order=age < EXPIRE)
            elif kind == b"3":
                self._outbox.answered(identity, payload[9:12].decode("latin-1"))
        self._outbox.close()

    def write(self, messages: BinaryIO) -> None:
        """Give GoReplay copies, as many as it can send at a time."""
        while item := self._outbox.get():
            identity, copy = item
            messages.write(binascii.hexlify(b"1 %s 0 0\n%s" % (identity, copy)) + b"\n")
            messages.flush()

    def _captured(self, identity: bytes, payload: bytes, *, in_order: bool) -> None:
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
        reason = self._why_not(request, route) or self._what_is_wrong(request, in_order=in_order)
        if reason:
            self.account.dropped(reason)
        else:
            self._outbox.put(identity, request.copy(self._settings.marker, self._settings.remove))

    def _why_not(self, request: Request, route: bytes) -> str | None:
        share = self._settings.shares.get(route, 0)
        if request.value(NO_COPY):
            return account.LOOP
        if not share:
            return account.NO_ROUTE
        return account.NOT_SAMPLED if random.random() * 100 >= share else None

    def _what_is_wrong(self, request: Request, *, in_order: bool) -> str | None:
        if len(request.body) > self._settings.largest:
            return account.TOO_LARGE
        # What GoReplay did not find whole itself may lack a packet, and a packet may be a chunk.
        if request.is_chunked() and not in_order:
            return account.INCOMPLETE
        return None if request.is_whole() else account.INCOMPLETE


def serve(bind: tuple[str, int], pages: Mapping[str, Callable[[], bytes | None]]) -> None:
    """Show pages by their path; a page without content is a 503. Raises OSError."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer a scrape or a health check."""
            content = pages[self.path]() if self.path in pages else b""
            self.send_response(503 if content is None else 200 if content else 404)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            """Scrapes are not worth a line."""

    server = ThreadingHTTPServer(bind, Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main() -> int:
    """Run until GoReplay ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for GoReplay, which then ends this
    try:
        settings = read_settings(os.environ)
        if sys.argv[1:] == ["--check"]:
            return 0
        middleware = Middleware(settings)
        serve(
            settings.metrics,
            {"/metrics": middleware.account.render, "/healthz": middleware.health},
        )
    except (SettingsError, OSError) as reason:
        print(f"goreplay: {reason}", file=sys.stderr)
        return 1
    threading.Thread(target=middleware.write, args=[sys.stdout.buffer], daemon=True).start()
    middleware.read(sys.stdin.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
