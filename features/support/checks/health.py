"""Waiting until the gateway has noticed that a service failed or is back."""

from collections.abc import Iterable

from features.support.gateways.stats import Stats
from features.support.scene import Scene
from features.support.waiting import eventually, watch
from features.support.wire.client import request
from features.support.wire.recorder import Recorder


def checks_seen(recorders: Iterable[Recorder], within: float = 5.0) -> dict[str, int]:
    """Count the health checks of each service, waiting until each had one or the time is up."""
    every = list(recorders)
    return watch(
        lambda: {each.name: each.health_checks() for each in every},
        until=lambda counts: all(counts.values()),
        within=within,
    ).value


def await_figures(stats: Stats, service: str, state: str, within: float) -> None:
    """Wait until the figures call a service up or down; AssertionError when they do not."""
    eventually(
        lambda: stats.health_of(service),
        until=lambda seen: seen == state,
        within=within,
        what=f"the {service} being {state} in the figures",
    )


def await_status(scene: Scene, status: int, within: float) -> None:
    """Send a request at a time until the client gets a status; AssertionError when it does not."""
    eventually(
        lambda: scene.send(request("GET", "/api/v1")).status,
        until=lambda seen: seen == status,
        within=within,
        what=f"status {status} for the client",
    )
