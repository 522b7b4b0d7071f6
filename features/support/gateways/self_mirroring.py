"""What the gateways that mirror by themselves have in common."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from re import escape, sub

from features.support.gateways.fate import Fate
from features.support.gateways.model import Effect, Gateway
from features.support.paths import DOCKER
from features.support.stack import Stack
from features.support.stack.service import Port
from features.support.wire.client import request, send
from features.support.wire.generated import LISTS

NO_TOOL = "nothing runs beside it"
_NO_QUEUE = "a copy never waits for room: it takes a connection at once"
WITHOUT_A_QUEUE = dict.fromkeys(("counted-queue-items", "counted-queue-bytes"), _NO_QUEUE)
# Statuses that copies end with: of the gateway's own making where the shadow gave none.
STATUSES: Mapping[Fate, str] = {
    "answers too late": "504",
    "does not listen": "502",
    "hangs up": "502",
    "answers with errors": "500",
}
RENDER = str(DOCKER / "render.sh")
# What is nginx refuses a request that has If-None-Match twice.
REPEATED = tuple(name for name in LISTS if name != "If-None-Match")
ENVIRONMENT = {
    "PRIMARY": "{primary.service}",
    "SHADOW": "{shadow.service}",
    "MIRROR_MARKER": "{marker}",
    "TLS_CERTIFICATE": "{certificate}",
}

_WORKERS = r"""
for p in {processes}; do
  [ -r /proc/$p/cmdline ] && tr '\0' ' ' < /proc/$p/cmdline | grep -q '^nginx: worker' && echo $p
done; true
"""


def workers(stack: Stack, gateway: Gateway) -> str:
    """Return the ids of the workers of Nginx, or of what is built on it."""
    script = _WORKERS.format(processes=stack.processes(gateway.front))
    return stack.exec(gateway.front, ["sh", "-c", script]).output


def reloaded_workers(stack: Stack, gateway: Gateway) -> Effect:
    """Let it reload; new workers take the place of all old ones."""
    return Effect(lambda: workers(stack, gateway), lambda: stack.reload(gateway.front))


def proxy(name: str) -> Port:
    """Describe the port that clients connect to."""
    return Port("GATEWAY_BIND", inside=10000, published=f"{name.upper()}_GATEWAY_PORT")


def tls(name: str) -> Port:
    """Describe the port that clients connect to with TLS."""
    return Port("TLS_BIND", inside=10443, published=f"{name.upper()}_TLS_PORT")


def stats(name: str) -> Port:
    """Describe the port with the figures."""
    return Port("STATS_BIND", inside=9999, published=f"{name.upper()}_STATS_PORT")


def rendered(file: str) -> tuple[str, ...]:
    """Return the command that fills in a configuration; what reads it may follow."""
    return ("sh", RENDER, "{configuration}", f"{{scratch}}/{file}")


def rendered_all(directory: str) -> tuple[str, ...]:
    """Return the command that fills in all files beside a configuration, into a directory."""
    return ("sh", RENDER, "{configurations}", f"{{scratch}}/{directory}")


@dataclass(frozen=True)
class ProbeRoute:
    """A route of a path of its own, by which it is seen that a file is served.

    `route` is its text, with {path}, which comes below the line `below`; `status` what it answers.
    """

    below: str
    route: str
    status: int

    def put(self, text: str, path: str) -> str:
        """Return a file's text with the route, in place of an earlier one."""
        earlier = escape(self.route).replace(escape("{path}"), ".*")
        bare = sub(earlier, "", text)
        return bare.replace(self.below, self.below + self.route.replace("{path}", path))

    def effect(
        self, stack: Stack, gateway: Gateway, *, connections: int = 1, whole: bool = False
    ) -> Effect:
        """Look for the route of the new file, over so many connections."""
        path = f"/generation/{uuid.uuid4()}"
        entry = stack.address(gateway.front, gateway.entry)

        def served() -> str:
            found = {send(entry, request("GET", path)).status for _ in range(connections)}
            return "new" if found == {self.status} else "old"

        return Effect(served, stamp=lambda text: self.put(text, path), strict=whole, whole=whole)
