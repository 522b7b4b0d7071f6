"""Holding the account of a way of mirroring against the shadow's journal."""

from collections import Counter

from features.support import copies
from features.support.scene import Scene


def not_copied_or_counted(scene: Scene, reason: str) -> list[str]:
    """Say which requests neither have a faithful copy nor are counted as dropped for a reason."""
    account = scene.account(len(scene.exchanges))
    sent = [each.sent for each in scene.exchanges]
    arrived = {str(each.request_id): each for each in scene.shadow.received()}
    copied = [each for each in sent if str(each.request_id) in arrived]
    wrong = copies.unfaithful(copied, arrived)
    missing = len(sent) - len(copied)
    if account.dropped.get(reason, 0) != missing:
        wrong.append(f"{missing} of {len(sent)} have no copy, but the account says {account}")
    return wrong


def not_accounted_for(scene: Scene, count: int) -> list[str]:
    """Say how the account does not cover so many requests, or does not add up."""
    account = scene.account(count)
    covered = account.received + account.lost
    found = [] if covered == count else [f"{covered} of {count} requests are counted: {account}"]
    return found + account.why_not_balanced()


def too_many_lost(scene: Scene, most: int) -> list[str]:
    """Say which requests were copied more than once, and how many more than `most` are missing."""
    copies.await_sentinels(scene)
    times = Counter(each.request_id for each in scene.shadow.received())
    ids = [each.sent.request_id for each in scene.exchanges]
    found = [f"{each} was copied {times[each]} times" for each in ids if times[each] > 1]
    lost = [each for each in ids if not times[each]]
    return found + ([f"{len(lost)} of {len(ids)} have no copy"] if len(lost) > most else [])
