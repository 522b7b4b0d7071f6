"""Holding the account of a way of mirroring against the shadow's journal."""

from collections import Counter

from features.support.checks import copies
from features.support.gateways.account import Account
from features.support.scene import Scene
from features.support.waiting import watch

_LATE = 5.0  # seconds
_ONE_IN = 20  # requests may be counted twice


def check_copied_or_counted(scene: Scene, reason: str) -> list[str]:
    """Say which requests neither have a faithful copy nor are counted as dropped for a reason.

    Who captures may be seconds late, and count here what an earlier scenario sent.
    """
    return watch(
        lambda: _neither_copied_nor_counted(scene, reason), lambda wrong: not wrong, _LATE
    ).value


def _neither_copied_nor_counted(scene: Scene, reason: str) -> list[str]:
    account = scene.account(len(scene.exchanges))
    sent = [each.sent for each in scene.exchanges]
    arrived = {str(each.request_id): each for each in scene.shadow.received()}
    copied = [each for each in sent if str(each.request_id) in arrived]
    wrong = copies.check_contents(copied, arrived)
    missing = len(sent) - len(copied)
    parts = account.received - len(sent)  # who captures may take one request for several
    if not 0 <= account.dropped.get(reason, 0) - missing <= parts:
        wrong.append(f"{missing} of {len(sent)} have no copy, but the account says {account}")
    return wrong


def check_accounted_for(scene: Scene, count: int) -> list[str]:
    """Say how the account does not cover so many requests, or does not add up, or is not kept."""
    if scene.in_front.account is None:
        return [f"{scene.in_front.name} keeps no account of its copies"]
    account = scene.account(count)
    return check_coverage(account, count) + account.check_balance() + check_settled(account)


def check_uncounted(scene: Scene) -> list[str]:
    """Say that no copy was sent, or that figures or a log do tell of copies that were."""
    copies.await_sentinels(scene)
    sent, gateway = len(scene.copies()), scene.in_front
    said = [line for line in scene.stack.logs(gateway.front).splitlines() if "/api/v1" in line]
    found = [] if sent else ["no copy was sent"]
    found += ["it keeps an account"] if gateway.account else []
    if len(said) >= sent:
        found.append(f"{len(said)} lines of its log tell of {sent} copies, the last: {said[-1]}")
    return found


def check_settled(account: Account) -> list[str]:
    """Say that some copies seem to be on their way still, long after the last request."""
    if not account.in_flight:
        return []
    return [f"{account.in_flight} copies are neither sent nor failed, and stay in flight"]


def check_coverage(account: Account, count: int) -> list[str]:
    """Say that the account is not of so many requests.

    A few may be counted twice: by a gateway that did not wait for the tool any longer, and by the
    tool. A busy machine makes both late.
    """
    covered = account.received + account.lost
    if count <= covered <= count + min(account.unsure, count // _ONE_IN):
        return []
    return [f"{covered} of {count} requests are counted: {account}"]


def check_losses(scene: Scene, most: int) -> list[str]:
    """Say which requests were copied more than once, and how many more than `most` are missing."""
    copies.await_sentinels(scene)
    says = scene.says()  # once it settled: threads may have queues, and sentinels pass one alone
    times = Counter(each.request_id for each in scene.shadow.received())
    ids = [each.sent.request_id for each in scene.exchanges]
    found = [f"{each} was copied {times[each]} times" for each in ids if times[each] > 1]
    lost = [each for each in ids if not times[each]]
    if len(lost) <= most:
        return found
    return [*found, f"{len(lost)} of {len(ids)} have no copy{says}"]
