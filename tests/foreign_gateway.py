"""A gateway of somebody else's: a reverse proxy that mirrors every request, v3 as well."""

import http.client
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PRIMARY, SHADOW, MARKER, BIND = (
    os.environ[name] for name in ("PRIMARY", "SHADOW", "MIRROR_MARKER", "GATEWAY_BIND")
)
ROUTE = re.compile(os.environ.get("ROUTE", r"/api/(v[123])(?:[/?]|$)"))
CREDENTIALS = {"authorization", "cookie", "proxy-authorization"}
NOT_COPIED = {*CREDENTIALS, os.environ.get("NOT_COPIED", "")}
HOP_BY_HOP = {"connection", "keep-alive", "te", "transfer-encoding", "upgrade", "x-mirrored-by"}
Headers = list[tuple[str, str]]
COPIES = ThreadPoolExecutor(4)


def send(
    to: str, method: str, target: str, headers: Headers, body: bytes
) -> tuple[int, Headers, bytes]:
    """Send a request and return status, headers and body of its answer."""
    link = http.client.HTTPConnection(to, timeout=5)
    try:
        link.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            link.putheader(name, value)
        link.endheaders(body or None)
        answer = link.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        link.close()


def mirror(method: str, target: str, headers: Headers, body: bytes) -> None:
    """Send a copy."""
    kept = [(n, v) for n, v in headers if n.lower() not in NOT_COPIED]
    try:
        send(SHADOW, method, target, [*kept, ("X-Mirrored-By", MARKER)], body)
    except (OSError, http.client.HTTPException) as reason:
        print("a copy was lost:", reason, flush=True)


class Gateway(BaseHTTPRequestHandler):
    """Pass each request on, and answer what the primary answers."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def forward(self) -> None:
        """Serve one request."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        route = ROUTE.match(self.path)
        if not route:
            self.answer(200 if self.path == "/health" else 404, [("Content-Length", "0")], b"")
            return
        passed = [(n, v) for n, v in self.headers.items() if n.lower() not in HOP_BY_HOP]
        request = (self.command, self.path, [*passed, ("X-Route", route[1])], body)
        if self.headers.get("X-Mirrored-By") != MARKER:
            COPIES.submit(mirror, *request)
        self.answer(*send(PRIMARY, *request))

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Serve every method alike."""
        if name.startswith("do_"):
            return self.forward
        raise AttributeError(name)

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer the client."""
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_: object) -> None:
        """Log nothing."""


host, _, listening = BIND.rpartition(":")
ThreadingHTTPServer((host, int(listening)), Gateway).serve_forever()
