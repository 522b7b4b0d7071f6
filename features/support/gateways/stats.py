"""The gateway's figures: the page, the CSV and Prometheus' text (HAProxy management guide, 9.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

import requests

from features.support.errors import StackError
from features.support.gateways.figures import proxies, samples
from features.support.waiting import patient, watch
from features.support.wire.client import Address

Key = TypeVar("Key")
Value = TypeVar("Value")
Credentials = tuple[str, str] | None
PATHS = {"page": "/stats", "CSV": "/stats;csv", "Prometheus": "/metrics"}
ROUTES = {"v1": "api_v1", "v2": "api_v2", "v3": "api_v3"}
SERVERS = {"primary": ("api_v1", "primary"), "shadow": ("shadow", "shadow")}
WRONG: Mapping[str, Credentials] = {
    "no password": None,
    "a wrong password": ("operator", "guessed"),
}
_TIMEOUT = 10.0
_SETTLED_WITHIN = 5.0
_RESPONSES = [f"hrsp_{kind}" for kind in ("1xx", "2xx", "3xx", "4xx", "5xx", "other")]
_METRICS = {
    "requests": ("haproxy_backend_http_requests", ""),
    "successes": ("haproxy_backend_http_responses", "2xx"),
    "server_errors": ("haproxy_backend_http_responses", "5xx"),
    "bytes_in": ("haproxy_backend_bytes_in", ""),
    "bytes_out": ("haproxy_backend_bytes_out", ""),
}
_NAMES = {name for name, _ in _METRICS.values()}
_COLUMNS = {
    "requests": "req_tot",
    "successes": "hrsp_2xx",
    "server_errors": "hrsp_5xx",
    "bytes_in": "bin",
    "bytes_out": "bout",
}


@dataclass(frozen=True)
class Figures:
    """What one route has counted since the gateway started; bytes include heads and bodies."""

    requests: int
    successes: int
    server_errors: int
    bytes_in: int
    bytes_out: int

    def __sub__(self, earlier: "Figures") -> "Figures":
        """Return how much each figure grew."""
        return Figures(*(getattr(self, f.name) - getattr(earlier, f.name) for f in fields(self)))

    def __str__(self) -> str:
        """Return each figure with its name."""
        return ", ".join(
            f"{getattr(self, f.name)} {f.name.replace('_', ' ')}" for f in fields(self)
        )


class Stats:
    """The reader of one gateway's figures; AssertionError when they leave out what they promise."""

    def __init__(self, address: Address, credentials: Credentials) -> None:
        self._address = address
        self._credentials = credentials

    def get(self, form: str, credentials: Credentials = None) -> requests.Response:
        """Ask for the page, the CSV or Prometheus' text as whoever has these credentials."""
        url = f"http://{self._address}{PATHS[form]}"
        with requests.Session() as session:
            session.trust_env = False
            try:
                return session.get(url, auth=credentials, timeout=patient(_TIMEOUT))
            except requests.RequestException as reason:
                raise StackError(f"the figures cannot be read at {url}: {reason}") from None

    def read(self, form: str) -> str:
        """Return the figures in a form, as one who may read them."""
        answer = self.get(form, self._credentials)
        if answer.status_code != 200:
            raise AssertionError(f"the figures as {form} answer with {answer.status_code}")
        return answer.text

    def routes(self) -> dict[str, Figures]:
        """Return what the CSV says of each route, once it has counted all that was sent.

        HAProxy counts a request in several steps, some of them just after its answer. So wait
        until no request is in progress, each has its response counted, and two readings agree.
        """
        previous: dict[str, Figures] = {}

        def look() -> tuple[dict[str, Figures], bool]:
            nonlocal previous
            figures, unfinished = self._routes()
            settled = unfinished == 0 and figures == previous
            previous = figures
            return figures, settled

        return watch(look, until=lambda seen: seen[1], within=_SETTLED_WITHIN).value[0]

    def _routes(self) -> tuple[dict[str, Figures], int]:
        table = self._rows()
        rows = {route: _told(table, (proxy, "BACKEND")) for route, proxy in ROUTES.items()}
        front = _told(table, ("gateway", "FRONTEND"))
        responses = sum(int(front[column]) for column in _RESPONSES)
        in_progress = sum(int(row["scur"]) for row in rows.values())
        unfinished = in_progress + abs(int(front["req_tot"]) - responses)
        return {route: _of_row(row) for route, row in rows.items()}, unfinished

    def routes_in_prometheus(self) -> dict[str, Figures]:
        """Return what Prometheus' text says of each route."""
        try:
            told = list(samples(self.read("Prometheus")))
        except ValueError as reason:
            raise AssertionError(f"the figures are not in Prometheus' format: {reason}") from None
        found = {
            (name, labels["proxy"], labels.get("code", "")): int(value)
            for name, labels, value in told
            if name in _NAMES and "proxy" in labels
        }
        return {
            route: Figures(
                **{k: _told(found, (name, proxy, c)) for k, (name, c) in _METRICS.items()}
            )
            for route, proxy in ROUTES.items()
        }

    def health_of(self, service: str) -> str:
        """Return "up" or "down", as the CSV says it of a service."""
        status = _told(self._rows(), SERVERS[service])["status"]
        return {"UP": "up", "DOWN": "down"}.get(status.split()[0], status)

    def process(self) -> str:
        """Return the id of the gateway's process, as its page tells it."""
        found = re.search(r"Statistics Report for pid (\d+)", self.read("page"))
        if found is None:
            raise AssertionError("the page does not tell the gateway's process")
        return found[1]

    def _rows(self) -> Mapping[tuple[str, str], Mapping[str, str]]:
        return proxies(self.read("CSV"))


def _told(figures: Mapping[Key, Value], key: Key) -> Value:
    if key not in figures:
        raise AssertionError(f"the figures say nothing of {key}")
    return figures[key]


def _of_row(row: Mapping[str, str]) -> Figures:
    return Figures(**{name: int(row[column]) for name, column in _COLUMNS.items()})
