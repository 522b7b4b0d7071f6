"""Whether whole sessions are mirrored: of each user all requests, or none."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from random import Random

from features.support.checks import copies, sampling
from features.support.operator import changes
from features.support.scene import Scene
from features.support.telling import brief
from features.support.wire.client import request
from features.support.wire.exchange import Sent, first

_PREFIX = "session="


@contextmanager
def mirrored(scene: Scene, percent: int) -> Iterator[None]:
    """Let an operator mirror a share of the sessions on route v2; undo it.

    Who cannot tell sessions is given that share of requests, which is all that it can be asked for.
    """
    sessions = scene.in_front.sessions
    if sessions is None:
        with changes.share(scene, percent):
            yield
        return
    with ExitStack() as made:
        for each in sessions(percent):
            made.enter_context(changes.setting(scene, each))
        yield


def send(scene: Scene, users: int, count: int, order: int = 0) -> list[Sent]:
    """Let users send so many requests each on route v2, all of them in one of some mixed orders."""
    sent = [_request(f"user-{number}") for number in range(users) for _ in range(count)]
    Random(order).shuffle(sent)
    scene.send_in_turn(sent)
    return sent


def send_twice(
    scene: Scene, users: int, percents: tuple[int, int]
) -> tuple[Mapping[str, list[bool]], Mapping[str, list[bool]]]:
    """Let users send a request each while a share of sessions is mirrored, and again at another."""
    found = []
    for order, percent in enumerate(percents):
        with mirrored(scene, percent):
            found.append(copied(scene, send(scene, users, 1, order)))
    return found[0], found[1]


def _request(user: str) -> Sent:
    cookie = f"theme=dark; {_PREFIX}{user}"
    return request("GET", "/api/v2/orders", (("Cookie", cookie),))


def copied(scene: Scene, sent: Sequence[Sent]) -> Mapping[str, list[bool]]:
    """Return for each user which requests were copied, once what was sent later has been."""
    found = {each.request_id for each in copies.all_but_sentinels(scene)}
    fates: dict[str, list[bool]] = defaultdict(list)
    for each in sent:
        user = str(first(each.headers, "cookie")).partition(_PREFIX)[2]
        fates[user].append(each.request_id in found)
    return fates


def check_whole(fates: Mapping[str, Sequence[bool]]) -> list[str]:
    """Say which users have requests with a copy and requests without."""
    torn = [user for user, each in fates.items() if any(each) and not all(each)]
    return [f"{len(torn)} of {len(fates)} sessions were copied in part: {brief(torn)}"] * bool(torn)


def check_share(fates: Mapping[str, Sequence[bool]], percent: int) -> list[str]:
    """Say how the users with a copy are not the share that was asked for."""
    wanted = sampling.band(len(fates), percent)
    got = sum(any(each) for each in fates.values())
    return [] if wanted.least <= got <= wanted.most else [f"{got} users were copied; {wanted}"]


def check_grown(
    before: Mapping[str, Sequence[bool]], now: Mapping[str, Sequence[bool]]
) -> list[str]:
    """Say who was copied before and is no more, or that nobody came on top."""
    were = {user for user, each in before.items() if any(each)}
    are = {user for user, each in now.items() if any(each)}
    gone = len(were - are)
    if not were or not are - were:
        return [f"{len(were)} users were copied at first, and {len(are - were)} others then"]
    return [f"{gone} of {len(were)} users who were copied are copied no more"] * bool(gone)
