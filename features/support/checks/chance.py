"""Which requests of many clients are copied, and how soon."""

from collections import defaultdict
from collections.abc import Sequence

from features.support.checks import sampled_copies
from features.support.scene import Scene
from features.support.telling import brief
from features.support.waiting import watch
from features.support.wire.client import request
from features.support.wire.exchange import Sent

_EXTREME = 3  # of 25 or 50 fair draws, so few or so many more come up once in a million


def send_together(scene: Scene, clients: int, times: int) -> None:
    """Let clients send at the same moment, again and again, GET and POST in turn."""
    for moment in range(times):
        scene.send_at_once([_of_v2(moment + client) for client in range(clients)])


def _of_v2(number: int) -> Sent:
    if number % 2:
        return request("POST", "/api/v2/orders", body=b"order")
    return request("GET", "/api/v2/orders")


def check_among_clients(scene: Scene, clients: int) -> list[str]:
    """Say of which methods, clients and moments nearly all was copied, or nearly nothing."""
    drawn = sampled_copies.draws(scene)
    found = list(_check_halves(scene, drawn))
    by_moment = [drawn[start : start + clients] for start in range(0, len(drawn), clients)]
    counts = [sum(each) for each in by_moment]
    if len(set(counts)) == 1:
        found.append(f"of each moment exactly {counts[0]} of {clients} requests were copied")
    by_client = list(zip(*by_moment, strict=True))
    for what, groups in (("moments", by_moment), ("clients", by_client)):
        extreme = [sum(g) for g in groups if not _EXTREME <= sum(g) <= len(g) - _EXTREME]
        if extreme:
            found.append(f"of {len(extreme)} of {len(groups)} {what} all was copied, or nothing")
    return found


def _check_halves(scene: Scene, drawn: Sequence[bool]) -> list[str]:
    by_method: dict[str, list[bool]] = defaultdict(list)
    for exchange, chosen in zip(scene.exchanges, drawn, strict=True):
        by_method[exchange.sent.method].append(chosen)
    return [w for name, each in by_method.items() for w in sampled_copies.check_half(name, each)]


def check_half_of_each_moment(scene: Scene, clients: int) -> list[str]:
    """Say of which moments another number than half of the requests was copied."""
    drawn = sampled_copies.draws(scene)
    counts = [sum(drawn[start : start + clients]) for start in range(0, len(drawn), clients)]
    other = [count for count in counts if count != clients // 2]
    return [f"{brief(other)} of {clients} requests of a moment were copied"] if other else []


def send_much(scene: Scene, clients: int, count: int) -> None:
    """Send many requests on v1, so many at the same moment."""
    for _ in range(count // clients):
        scene.send_at_once([request("GET", "/api/v1") for _ in range(clients)])


def check_delivered(scene: Scene, within: float) -> list[str]:
    """Say how many requests have no copy after some seconds."""
    sent = {each.sent.request_id for each in scene.exchanges}
    seen = watch(
        lambda: sent - {each.request_id for each in scene.copies()}, lambda n: not n, within
    )
    if seen.met:
        return []
    return [f"{len(seen.value)} of {len(sent)} requests have no copy after {seen.elapsed:.1f} s"]
