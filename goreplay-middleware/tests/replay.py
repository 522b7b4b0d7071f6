"""GoReplay between two recorders: what is sent to the primary is captured for the shadow."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

import psutil
from mirror_recorder.testing import RecorderProcess, eventually, request
from prometheus_client.parser import text_string_to_metric_families

START_SCRIPT = Path(__file__).parents[2] / "docker" / "goreplay" / "goreplay.sh"
ENVIRONMENT = {"PYTHON": sys.executable}
WITHIN = 15.0  # seconds


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Replay:
    """A context manager: primary, shadow, and the start script with a log."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        with self._ends as ends:
            self.primary = ends.enter_context(RecorderProcess(name="primary"))
            self.shadow = ends.enter_context(RecorderProcess(name="shadow"))
            self._metrics = f"127.0.0.1:{free_port()}"
            log = ends.enter_context(self._log.open("wb"))
            self.script = subprocess.Popen(
                [START_SCRIPT],
                env={
                    **os.environ,
                    **ENVIRONMENT,
                    "PRIMARY": f"127.0.0.1:{self.primary.port}",
                    "SHADOW": f"127.0.0.1:{self.shadow.port}",
                    "METRICS_BIND": self._metrics,
                },
                stderr=log,
                start_new_session=True,
            )
            ends.callback(self._kill)
            self.await_page()
            self._ends = ends.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.script.pid, signal.SIGKILL)
        self.script.wait()

    @property
    def log(self) -> str:
        """What the start script said."""
        return self._log.read_text()

    def page(self, path: str = "/metrics") -> tuple[int, str]:
        """Status and text of a page; status 0 while there is none."""
        try:
            with urllib.request.urlopen(f"http://{self._metrics}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as reason:
            return 0, str(reason)

    def await_page(self) -> None:
        """Wait until the middleware answers."""
        eventually(self.page, lambda page: page[0] == 200, WITHIN)

    def figure(self, name: str) -> int:
        """A figure of the account, without its prefix and suffix."""
        status, text = self.page()
        known = text_string_to_metric_families(text if status == 200 else "")
        told = {each.name: each for each in known}
        family = told.get(f"goreplay_mirror_{name}")
        return int(family.samples[0].value) if family and family.samples else -1

    def processes(self, of: str = "") -> list[int]:
        """Processes that the start script started, those whose command has a word."""
        found = []
        for each in psutil.process_iter():
            with suppress(OSError, psutil.Error):
                own = os.getsid(each.pid) == self.script.pid != each.pid
                if own and of in " ".join(each.cmdline()):
                    found.append(each.pid)
        return found

    def send(self, make: Callable[[str], bytes]) -> str:
        """Send the primary a request that is made with an id; returns the id."""
        identity = str(uuid.uuid4())
        self.primary.ask(make(identity))
        return identity

    def copy(self, identity: str) -> dict[str, Any]:
        """The copy of a request, once it has arrived."""
        return eventually(lambda: self.shadow.journal(identity), bool, WITHIN)[0]

    def assert_copies_flow(self) -> None:
        """A new request is copied; while packets are not captured yet, another is sent."""
        sent: list[str] = []

        def copies() -> list[dict[str, Any]]:
            sent.append(self.send(plain))
            return self.shadow.journal(*sent)

        eventually(copies, bool, WITHIN)


def plain(identity: str) -> bytes:
    """A request of route v1."""
    return request(target="/api/v1", X_Route="v1", X_Request_Id=identity)
