"""Requests that were to be copied and were not: are they counted, by anybody?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from features.support.checks import copies
from features.support.errors import CannotFindOutError
from features.support.gateways import account
from features.support.gateways.account import Account
from features.support.scene import Scene

# How the agent's last words tell its account, as text and as JSON.
_LAST_WORDS = re.compile(r'"?shadow\.(received|sent|dropped\.\w+|failed\.\w+)"?(?:=|: ?)(\d+)')
_SURE = ("agent_down", "too_big")


@dataclass(frozen=True)
class Loss:
    """Requests counted as without a copy; those that are `unsure` may have one after all."""

    lost: int
    unsure: int = 0


def noted(scene: Scene) -> dict[str, int]:
    """Return what the gateway itself counts, to be compared with later."""
    return account.of_front(scene.stack, scene.in_front)


def counted(scene: Scene, before: Mapping[str, int], *, restarted: bool) -> Loss:
    """Return what gateway and tool have counted as lost since then; `restarted` is the tool.

    A log ring's lines are counted by HAProxy, and numbered. So an agent that goes on counts what
    is missing; of a restarted one, HAProxy's figure and both the agent's accounts tell.
    """
    tool = _after_restart(scene, before) if restarted else scene.account(len(scene.exchanges))
    grown = {name: value - before[name] for name, value in noted(scene).items()}
    lost = sum(tool.dropped.values()) + sum(tool.failed.values())
    if "lines" in grown:
        lost += grown["lines"] - tool.received if restarted else tool.lost
    return Loss(
        lost + sum(grown.get(reason, 0) for reason in _SURE),
        sum(grown.get(reason, 0) for reason in account.UNSURE),
    )


def check_all_counted(scene: Scene, loss: Loss) -> list[str]:
    """Say how the requests without a copy are not those that were counted as lost."""
    missing = without_copy(scene)
    if loss.lost <= missing <= loss.lost + loss.unsure:
        return []
    return [f"{missing} of {len(scene.exchanges)} requests have no copy; counted: {loss}"]


def check_uncounted(scene: Scene, loss: Loss) -> list[str]:
    """Say how no copy was lost, or each was counted after all."""
    copies.await_sentinels(scene)
    missing = without_copy(scene)
    if missing > loss.lost + loss.unsure:
        return []
    return [f"{missing} of {len(scene.exchanges)} requests have no copy, {loss} tells of them all"]


def without_copy(scene: Scene) -> int:
    """Return how many requests the shadow has received no copy of."""
    return len(scene.exchanges) - len({each.request_id for each in scene.copies()})


def _after_restart(scene: Scene, before: Mapping[str, int]) -> Account:
    """Return the account of a tool that was restarted: of both its runs, if HAProxy counts, too."""
    return _of_both_runs(scene) if before else account.settled(scene.stack, scene.in_front)


def _of_both_runs(scene: Scene) -> Account:
    """Add what the tool counts to what it had counted, by its log, when it was stopped."""
    words = _LAST_WORDS.findall(scene.stack.logs(str(scene.in_front.tool)))
    if not words or scene.noted is None:
        raise CannotFindOutError("the mirroring tool ended without telling what it had counted")
    told = {name: int(value) for name, value in words}
    ended = Account(told["received"], told["sent"], _of("dropped.", told), _of("failed.", told), 0)
    earlier, now = ended - scene.noted, account.settled(scene.stack, scene.in_front)
    return Account(
        earlier.received + now.received,
        earlier.sent + now.sent,
        {"earlier": sum(earlier.dropped.values()), "now": sum(now.dropped.values())},
        {"earlier": sum(earlier.failed.values()), "now": sum(now.failed.values())},
        now.in_flight,
    )


def _of(kind: str, told: Mapping[str, int]) -> dict[str, int]:
    return {name.removeprefix(kind): n for name, n in told.items() if name.startswith(kind)}
