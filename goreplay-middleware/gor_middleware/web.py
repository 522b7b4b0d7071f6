"""The pages of the middleware: figures and health."""

import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

_IDLE = 5  # seconds; a connection without a request must not keep a thread for ever


class Page(NamedTuple):
    """What is answered."""

    status: int
    text: bytes


def serve(bind: tuple[str, int], pages: Mapping[str, Callable[[], Page]]) -> None:
    """Show pages by their path, from a thread of their own. Raises OSError."""

    class Handler(BaseHTTPRequestHandler):
        timeout = _IDLE

        def do_GET(self) -> None:
            """Answer a scrape or a health check."""
            page = pages[self.path]() if self.path in pages else Page(404, b"no such page\n")
            self.send_response(page.status)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(page.text)

        def log_message(self, *_: object) -> None:
            """Scrapes are not worth a line."""

    server = ThreadingHTTPServer(bind, Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
