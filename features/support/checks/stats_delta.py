"""How much the gateway's figures grow while requests are sent."""

from collections.abc import Iterable, Mapping

from features.support.gateways.stats import Figures, Stats
from features.support.scene import Scene
from features.support.waiting import watch
from features.support.wire.exchange import Sent

_WITHIN = 5.0  # seconds; a request is counted when its stream ends, just after its answer


def settled(stats: Stats, noted: Mapping[str, Figures], route: str, requests: int) -> Figures:
    """Return how much a route's figures grew once so many requests were counted, or lately."""
    return watch(
        lambda: stats.routes()[route] - noted[route],
        until=lambda grown: grown.requests >= requests,
        within=_WITHIN,
    ).value


def check_unchanged(stats: Stats, noted: Mapping[str, Figures], route: str) -> list[str]:
    """List the other routes whose figures changed."""
    return [name for name, now in stats.routes().items() if name != route and now != noted[name]]


def batch(scene: Scene, route: str, requests: Iterable[Sent]) -> Figures:
    """Send requests on a route, one after the other, and return how much its figures grew.

    The primary starts to count anew, so that its answers in two batches differ in nothing else.
    """
    faults = scene.primary.faults()
    scene.primary.reset()
    scene.primary.misbehave(**faults)
    noted = scene.stats.routes()
    sent = scene.send_in_turn(requests)
    return settled(scene.stats, noted, route, len(sent))


def check_agreement(stats: Stats) -> list[str]:
    """List the routes on which Prometheus' text and the CSV differ, once they have settled."""

    def look() -> list[str]:
        csv, prometheus = stats.routes(), stats.routes_in_prometheus()
        return [
            f"{r}: CSV {csv[r]}, Prometheus {prometheus[r]}" for r in csv if csv[r] != prometheus[r]
        ]

    return watch(look, until=lambda found: not found, within=_WITHIN).value
