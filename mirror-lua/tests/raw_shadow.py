"""A shadow that answers what a test wants, byte for byte."""

import re
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Received:
    """A request without its body: head, number of its connection."""

    head: bytes
    connection: int

    @property
    def target(self) -> str:
        """The target in the request line."""
        return self.head.split(b" ", 2)[1].decode("latin-1")

    def header(self, name: str) -> str:
        """The value of a header that is there once; its name is lower-case."""
        (value,) = re.findall(rb"\r\n%s: *([^\r]*)" % name.encode(), self.head + b"\r")
        return str(value.decode("latin-1"))


Answer = Callable[[socket.socket, Received], None]


def reset(sock: socket.socket) -> None:
    """Close a connection with RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


@dataclass
class RawShadow:
    """A context manager: one thread per connection; `answer` may be replaced at any time.

    It answers health checks by itself, on connections that do not count.
    """

    answer: Answer = lambda sock, _: sock.sendall(OK)
    requests: list[Received] = field(default_factory=list)
    port: int = 0
    answered: int = 0

    def __enter__(self) -> Self:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.accepted = 0
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would not wake the thread that waits in accept().
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                self.accepted += 1
                number = self.accepted
                threading.Thread(target=self._serve, args=(sock, number), daemon=True).start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        with sock, suppress(OSError):
            rest = b""
            while True:
                while b"\r\n\r\n" not in rest:
                    piece = sock.recv(65536)
                    if not piece:
                        return
                    rest += piece
                head, _, rest = rest.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                missing = (int(length[1]) if length else 0) - len(rest)
                while missing > 0:
                    missing -= len(sock.recv(min(missing, 65536))) or missing
                rest = b""
                received = Received(head, number)
                if received.target == "/healthz":
                    sock.sendall(OK)
                    continue
                self.requests.append(received)
                self.answer(sock, received)
                self.answered += 1
