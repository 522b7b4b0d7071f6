"""Holding the account of a way of mirroring against the shadow's journal."""

from features.support import copies
from features.support.accounts import Account
from features.support.scene import Scene
from features.support.waiting import watch

_WITHIN = 15.0


def settled(scene: Scene, at_least: int = 0) -> Account:
    """Return what was counted since the scenario began, once nothing is in flight any more.

    At least so many requests must have been received, or been lost on their way.
    """
    previous: list[Account] = []

    def look() -> Account:
        previous.append(scene.account())
        return previous[-1]

    return watch(
        look,
        until=lambda now: (
            now.in_flight == 0
            and now.received + now.lost >= at_least
            and previous[-2:] == [now, now]
        ),
        within=_WITHIN,
    ).value


def not_copied_or_counted(scene: Scene, reason: str) -> list[str]:
    """Say which requests neither have a faithful copy nor are counted as dropped for a reason."""
    account = settled(scene, len(scene.exchanges))
    sent = [each.sent for each in scene.exchanges]
    arrived = {str(each.request_id): each for each in scene.shadow.received()}
    copied = [each for each in sent if str(each.request_id) in arrived]
    wrong = copies.unfaithful(copied, arrived)
    missing = len(sent) - len(copied)
    if account.dropped.get(reason, 0) != missing:
        wrong.append(f"{missing} of {len(sent)} have no copy, but the account says {account}")
    return wrong
