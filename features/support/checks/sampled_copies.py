"""Copies of a route that is mirrored in part: whole in kind, and drawn by chance."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from features.support.checks import copies, sampling
from features.support.scene import Scene
from features.support.waiting import watch
from features.support.wire.exchange import Received, Sent

_DEVIATIONS = 4  # chance alone is outside once in 16,000 runs
_WITHIN = 10.0


def copied(scene: Scene) -> dict[str, Received]:
    """Return the copies of this scenario's requests by id, once the last had time to arrive."""
    copies.await_sentinels(scene)
    return {str(each.request_id): each for each in scene.copies()}


def sent_and_copied(scene: Scene, arrived: dict[str, Received]) -> list[Sent]:
    """Return the requests that have a copy."""
    return [each.sent for each in scene.exchanges if str(each.sent.request_id) in arrived]


def check_kinds(scene: Scene) -> list[str]:
    """Say which kinds of requests, by method and target, have no copy, and what came twice."""
    arrived = copied(scene)
    kinds: Counter[str] = Counter()
    for each in scene.exchanges:
        sent = each.sent
        kinds[f"{sent.method} {sent.target}"] += str(sent.request_id) in arrived
    times = Counter(each.request_id for each in scene.copies())
    found = [f"{kind} has no copy" for kind, count in kinds.items() if not count]
    return found + [f"{name} was copied {n} times" for name, n in times.items() if n > 1]


def check_marks(arrived: dict[str, Received], marker: str) -> list[str]:
    """Say which copies have another marker than the true one, or credentials."""
    return [
        wrong
        for each in arrived.values()
        for wrong in (
            *copies.check_marker(each, marker),
            *(f"{each}: the copy has {found}" for found in copies.credentials(each)),
        )
    ]


def check_chance(sent: Sequence[Sent], drawn: Sequence[bool], clients: int) -> list[str]:
    """Say how copies depend on the method, on the client, or on what was drawn before.

    `drawn` tells for each request, in the order in which they were sent, whether it was copied;
    each of so many clients sent a part of the same length.
    """
    by_method: dict[str, list[bool]] = defaultdict(list)
    for request, chosen in zip(sent, drawn, strict=True):
        by_method[request.method].append(chosen)
    found = [wrong for method, draws in by_method.items() for wrong in check_half(method, draws)]
    part = len(drawn) // clients
    of_clients = [drawn[start : start + part] for start in range(0, len(drawn), part)]
    alike = [n for n, draws in enumerate(of_clients) if len(set(draws)) == 1]
    found += [f"of {len(alike)} of {clients} clients all was copied, or nothing"] if alike else []
    return found + _check_runs(drawn)


def check_half(what: str, draws: Sequence[bool]) -> list[str]:
    """Say that far more or far fewer than half were copied."""
    reach = _DEVIATIONS * math.sqrt(len(draws)) / 2
    off = abs(sum(draws) - len(draws) / 2)
    return [f"{sum(draws)} of {len(draws)} {what} requests were copied"] if off > reach else []


def _check_runs(drawn: Sequence[bool]) -> list[str]:
    """Say that draws follow one another otherwise than by chance (Wald and Wolfowitz)."""
    count, yes = len(drawn), sum(drawn)
    no = count - yes
    if not yes or not no:
        return []
    changes = sum(one != other for one, other in pairwise(drawn))
    expected = 2 * yes * no / count
    deviation = math.sqrt((expected) * (expected - 1) / (count - 1))
    if abs(changes - expected) <= _DEVIATIONS * deviation:
        return []
    return [
        f"copied and not copied changed {changes} times in {count} requests; by chance it would be "
        f"{expected:.0f} +- {_DEVIATIONS * deviation:.0f}"
    ]


def check_every_second(drawn: Sequence[bool]) -> list[str]:
    """Say how it was not every second request that was copied."""
    repeats = sum(one == other for one, other in pairwise(drawn))
    return [f"{repeats} times it was not every second request"] if repeats else []


def draws(scene: Scene) -> list[bool]:
    """Tell for each request of the scenario, in order, whether it was copied."""
    arrived = copied(scene)
    return [str(each.sent.request_id) in arrived for each in scene.exchanges]


def check_count(scene: Scene, share: float) -> list[str]:
    """Say how many copies of requests with one id came, when that is not the share, in percent."""
    wanted = sampling.band(len(scene.exchanges), share)
    copies.await_sentinels(scene)
    seen = watch(lambda: len(scene.copies()), lambda n: n >= wanted.least, _WITHIN).value
    return [] if wanted.least <= seen <= wanted.most else [f"{seen} were copied, but {wanted}"]
