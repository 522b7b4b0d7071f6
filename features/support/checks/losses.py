"""Requests that were to be copied and were not: are they counted, by anybody?"""

from collections.abc import Mapping
from dataclasses import dataclass

from features.support.checks import copies
from features.support.errors import MissingAbilityError
from features.support.gateways.account import UNSURE, Account
from features.support.gateways.model import needed
from features.support.scene import Scene

_SURE = ("agent_down", "too_big")


@dataclass(frozen=True)
class Loss:
    """Requests counted as without a copy; those that are `unsure` may have one after all."""

    lost: int
    unsure: int = 0

    def __str__(self) -> str:
        """Return what is counted as lost, and what may be."""
        return f"{self.lost} as lost" + (f", {self.unsure} perhaps" if self.unsure else "")


def noted(scene: Scene) -> dict[str, int]:
    """Return what the gateway itself counts, to be compared with later."""
    gateway = scene.in_front
    return dict(gateway.front_counts(scene.stack, gateway)) if gateway.front_counts else {}


def counted(scene: Scene, before: Mapping[str, int], *, restarted: bool) -> Loss:
    """Return what gateway and tool have counted as lost since then; `restarted` is the tool.

    A gateway that hands requests over as numbered lines counts them. So a tool that goes on counts
    what is missing; of a restarted one, the gateway's figure and both its accounts tell.
    """
    tool = _after_restart(scene, before) if restarted else scene.account(len(scene.exchanges))
    grown = {name: value - before[name] for name, value in noted(scene).items()}
    lost = sum(tool.dropped.values()) + sum(tool.failed.values())
    if "lines" in grown:
        lost += grown["lines"] - tool.received if restarted else tool.lost
    return Loss(
        lost + sum(grown.get(reason, 0) for reason in _SURE),
        sum(grown.get(reason, 0) for reason in UNSURE),
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
    """Return the account of a tool that was restarted, of both its runs if the gateway counts."""
    gateway = scene.in_front
    now = gateway.settled_account(scene.stack)
    if not before:
        return now
    if scene.noted is None:
        raise MissingAbilityError(f"{gateway.name} keeps no account")
    ended = needed(gateway.account_at_end, gateway, "account_at_end")(scene.stack, gateway)
    earlier = ended - scene.noted
    return Account(
        earlier.received + now.received,
        earlier.sent + now.sent,
        {"earlier": sum(earlier.dropped.values()), "now": sum(now.dropped.values())},
        {"earlier": sum(earlier.failed.values()), "now": sum(now.failed.values())},
        now.in_flight,
    )
