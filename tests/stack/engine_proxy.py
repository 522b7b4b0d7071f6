"""A way to the Docker Engine that can be closed, as if the engine had died."""

import socket
import threading
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

_ENGINE = "/var/run/docker.sock"


class EngineProxy:
    """A socket that passes everything on to the engine until it is closed."""

    def __init__(self) -> None:
        self._directory = TemporaryDirectory()
        self._path = str(Path(self._directory.name) / "docker.sock")
        self._server = socket.socket(socket.AF_UNIX)
        self._links: list[socket.socket] = []

    @property
    def address(self) -> str:
        """Return what DOCKER_HOST is to be."""
        return f"unix://{self._path}"

    def __enter__(self) -> "EngineProxy":
        self._server.bind(self._path)
        self._server.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._directory.cleanup()

    def close(self) -> None:
        """Cut every connection and take no more."""
        for link in (self._server, *self._links):
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            link.close()
        Path(self._path).unlink(missing_ok=True)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(_ENGINE)
                self._links += [client, engine]
                for source, sink in ((client, engine), (engine, client)):
                    threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
