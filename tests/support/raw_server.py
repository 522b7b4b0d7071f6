"""A server that keeps what it read byte for byte and answers with bytes that it was told."""

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from features.support.wire.client import Address

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
Answer = bytes | Callable[[bytes], bytes] | None
_DEADLINE = 10.0


class RawServer:
    """A context manager; `answer` is bytes, what makes bytes of a request, or None for a reset."""

    def __init__(self, answer: Answer = OK) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._links: list[socket.socket] = []
        self._lock = threading.Lock()
        self.requests: list[bytes] = []
        self.connections = 0
        self.partial = b""  # what has come of the request that is being read

    @property
    def address(self) -> Address:
        return Address("127.0.0.1", self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listener, *self._links):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):  # raised when the listener is closed
            while True:
                link, _ = self._listener.accept()
                link.settimeout(_DEADLINE)
                self.connections += 1
                self._links.append(link)
                threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        with suppress(OSError):
            while request := self._read(link):
                with self._lock:
                    self.requests.append(request)
                if self._answer is None:
                    # Closing with linger 0 sends RST.
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    link.close()
                    return
                answer = self._answer(request) if callable(self._answer) else self._answer
                link.sendall(answer)
                if b"Connection: close" in answer:
                    link.close()

    def _read(self, link: socket.socket) -> bytes:
        received = b""
        while not _is_whole(received):
            piece = link.recv(65536)
            if not piece:
                return received
            received += piece
            self.partial = received
        return received


def _is_whole(received: bytes) -> bool:
    head, blank, body = received.partition(b"\r\n\r\n")
    if not blank:
        return False
    if b"Transfer-Encoding: chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    return len(body) == int(length[1]) if length else True
