"""Who may see a gateway's figures, and give it orders."""

import requests

from features.support.scene import Scene
from features.support.waiting import patient
from features.support.wire.client import request
from features.support.wire.exchange import Sent

_TIMEOUT = 10.0
# Where gateways and tools show figures, health and controls, each at a door of its own.
_USUAL = (
    "/metrics",
    "/stats",
    "/stats;csv",
    "/stats/prometheus",
    "/mirroring",
    "/mirroring.json",
    "/healthz",
    "/ready",
    "/server_info",
    "/config_dump",
    "/clusters",
    "/quitquitquit",
    "/dashboard/",
    "/api/rawdata",
    "/api/http/routers",
    "/ping",
    "/nginx_status",
    "/status",
    "/apisix/status",
    "/apisix/admin/routes",
    "/apisix/prometheus/metrics",
    "/debug/vars",
)
_DOORS = ("/stats", "/stats;csv", "/metrics", "/mirroring", "/mirroring.json")
_ORDERS = (
    ("POST", "/quitquitquit"),
    ("POST", "/logging?level=trace"),
    ("PUT", "/api/providers/rest"),
)


def usual_paths() -> list[Sent]:
    """Return requests for what is nobody's business but the operator's."""
    return [request("GET", path) for path in _USUAL]


def ask_as_a_stranger(scene: Scene) -> dict[str, int]:
    """Ask for the gateway's figures without a password; return the statuses by path."""
    return {path: _status(scene, "GET", path) for path in _DOORS}


def check_refused(statuses: dict[str, int]) -> list[str]:
    """Say what is shown to who has no password."""
    return [f"{path}: status {status}" for path, status in statuses.items() if status != 401]


def check_shown(scene: Scene, statuses: dict[str, int]) -> list[str]:
    """Say that no figures are shown to who has no password, or that orders are taken from him."""
    shown = [path for path, status in statuses.items() if status == 200]
    found = [] if shown else ["no figures are shown without a password: the limit is no more"]
    for method, path in _ORDERS:
        status = _status(scene, method, path)
        if status < 400:
            found.append(f"{method} {path}: status {status}")
    return found


def _status(scene: Scene, method: str, path: str) -> int:
    url = f"http://{scene.stack.address(scene.in_front.front, 'stats')}{path}"
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, timeout=patient(_TIMEOUT)).status_code
