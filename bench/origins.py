"""Fast services for measuring: HAProxy that answers by itself, and counts."""

import csv
import io
import urllib.request
from pathlib import Path

from features.support.gateways.haproxy_family import PROGRAM
from features.support.stack import ports, programs
from features.support.stack.process import Process
from features.support.wire.client import Address

_SLOW = "    tcp-request inspect-delay 500ms\n    tcp-request content accept if WAIT_END\n"
_CONFIGURATION = """
global
    nbthread 1
    maxconn 4000
defaults
    mode http
    timeout connect 2s
    timeout client  30s
    timeout server  30s
frontend service
    bind 127.0.0.1:{port}
{slow}    use_backend checks if {{ path /healthz }}
    default_backend work
backend work
    http-request return status 200 content-type text/plain string "ok\\n"
backend checks
    http-request return status 200 content-type text/plain string "ok\\n"
frontend figures
    bind 127.0.0.1:{figures}
    stats enable
    stats uri /
"""


class Origin:
    """One service, at one address however often it is started."""

    def __init__(self, name: str, directory: Path) -> None:
        self._port, self._figures = ports.free_port(), ports.free_port()
        self._configuration = directory / f"{name}.cfg"
        program = str(programs.find(PROGRAM))
        command = [program, "-db", "-f", str(self._configuration)]
        self.process = Process(name, command, {}, directory / f"{name}.log")
        self.address = Address("127.0.0.1", self._port)

    def start(self, *, slow: bool = False) -> None:
        """Start it afresh; `slow` lets each answer wait for half a second. Raises StackError."""
        self.process.stop()
        slowness = _SLOW if slow else ""
        self._configuration.write_text(
            _CONFIGURATION.format(port=self._port, figures=self._figures, slow=slowness)
        )
        self.process.start([self._port, self._figures])

    def requests(self) -> int:
        """Return how many requests it has got since its start; health checks do not count."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._figures}/;csv", timeout=5) as page:
            text = page.read().decode()
        rows = csv.DictReader(io.StringIO(text.removeprefix("# ")))
        return next(int(row["req_tot"]) for row in rows if (row["pxname"], row["svname"]) == _WORK)


_WORK = ("work", "BACKEND")
