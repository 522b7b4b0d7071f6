"""The gateway's figures: the page, the CSV and Prometheus' text (HAProxy management guide, 9.1)."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

import requests

from features.support.errors import StackError
from features.support.traffic import Address
from features.support.waiting import patient

Credentials = tuple[str, str] | None
PATHS = {"page": "/stats", "CSV": "/stats;csv", "Prometheus": "/metrics"}
ROUTES = {"v1": "api_v1", "v2": "api_v2", "v3": "api_v3"}
SERVERS = {"primary": ("api_v1", "primary"), "shadow": ("shadow", "shadow")}
WRONG: Mapping[str, Credentials] = {
    "no password": None,
    "a wrong password": ("operator", "guessed"),
}
_TIMEOUT = 10.0
_SAMPLE = re.compile(r'^(\w+)\{proxy="(\w+)"(?:,code="(\w+)")?\} (\d+)', re.MULTILINE)
_METRICS = {
    "requests": ("haproxy_backend_http_requests_total", ""),
    "successes": ("haproxy_backend_http_responses_total", "2xx"),
    "server_errors": ("haproxy_backend_http_responses_total", "5xx"),
    "bytes_in": ("haproxy_backend_bytes_in_total", ""),
    "bytes_out": ("haproxy_backend_bytes_out_total", ""),
}
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


class Stats:
    """The reader of one gateway's figures."""

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
        """Return what the CSV says of each route."""
        rows = self._rows()
        return {route: _of_row(rows[proxy, "BACKEND"]) for route, proxy in ROUTES.items()}

    def routes_in_prometheus(self) -> dict[str, Figures]:
        """Return what Prometheus' text says of each route."""
        found = {(n, p, c): int(v) for n, p, c, v in _SAMPLE.findall(self.read("Prometheus"))}
        return {
            route: Figures(**{k: found[name, proxy, c] for k, (name, c) in _METRICS.items()})
            for route, proxy in ROUTES.items()
        }

    def health_of(self, service: str) -> str:
        """Return "up" or "down", as the CSV says it of a service."""
        status = self._rows()[SERVERS[service]]["status"]
        return {"UP": "up", "DOWN": "down"}.get(status.split()[0], status)

    def process(self) -> str:
        """Return the id of the gateway's process, as its page tells it."""
        found = re.search(r"Statistics Report for pid (\d+)", self.read("page"))
        if found is None:
            raise AssertionError("the page does not tell the gateway's process")
        return found[1]

    def _rows(self) -> Mapping[tuple[str, str], Mapping[str, str]]:
        table = csv.DictReader(io.StringIO(self.read("CSV").removeprefix("# ")))
        return {(row["pxname"], row["svname"]): row for row in table}


def _of_row(row: Mapping[str, str]) -> Figures:
    return Figures(**{name: int(row[column]) for name, column in _COLUMNS.items()})
