"""A gateway with the reference configuration, a primary and a shadow, for tests that share one."""

import hashlib
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mirror_recorder.testing import DEADLINE, RecorderProcess, answer

from .gateway import Gateway


class Both:
    """All three, and what became of a request."""

    def __init__(self, stack: ExitStack, directory: Path) -> None:
        self.primary = stack.enter_context(RecorderProcess(name="primary"))
        self.shadow = stack.enter_context(RecorderProcess())
        self.gateway = stack.enter_context(Gateway(directory, self.primary.port, self.shadow.port))
        self.ask = self.gateway.ask

    def copy(self, name: str) -> dict[str, Any]:
        """The only copy of a request, once it is complete."""
        return self.shadow.entry(name)

    def original(self, name: str) -> dict[str, Any]:
        """The request as the primary got it."""
        return self.primary.entry(name)

    def send(self, raw: bytes) -> int:
        """Raw bytes on a new connection: the answer's status."""
        with socket.create_connection(("127.0.0.1", self.gateway.port), DEADLINE) as sock:
            sock.sendall(raw)
            return answer(sock).status


def fields(entry: dict[str, Any]) -> list[tuple[str, str]]:
    """A journal entry's headers."""
    return [(name, value) for name, value in entry["headers"]]


def sha256(body: bytes) -> str:
    """A body's digest as journals have it."""
    return hashlib.sha256(body).hexdigest()
