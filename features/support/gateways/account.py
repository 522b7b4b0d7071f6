"""What a way of mirroring itself counts, in one form for all of them.

received = sent + dropped by reason + failed by reason + in flight
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from features.support.waiting import watch

_SETTLED_WITHIN = 15.0
_TICK = 0.12  # seconds; some gateways put the figures of their threads together every 0.1 s
# The gateway handed these over and heard nothing in time: the tool may have got them all the same.
UNSURE = ("timeout", "other")


@dataclass(frozen=True)
class Account:
    """Requests by what became of their copies.

    `lost` are those that did not reach the tool; of these, those that are `unsure` may have.
    """

    received: int
    sent: int
    dropped: Mapping[str, int]
    failed: Mapping[str, int]
    in_flight: int
    lost: int = 0
    unsure: int = 0

    def __sub__(self, earlier: "Account") -> "Account":
        """Return what was counted since."""
        return Account(
            _since(self.received, earlier.received),
            _since(self.sent, earlier.sent),
            _grown(self.dropped, earlier.dropped),
            _grown(self.failed, earlier.failed),
            self.in_flight,
            _since(self.lost, earlier.lost),
            _since(self.unsure, earlier.unsure),
        )

    def __str__(self) -> str:
        """Return the figures that are not 0, in the order of the account."""
        told = [f"{self.received} received", f"{self.sent} sent"]
        for what, reasons in (("dropped", self.dropped), ("failed", self.failed)):
            told += [f"{count} {what} ({reason})" for reason, count in reasons.items() if count]
        late = [("in flight", self.in_flight), ("lost", self.lost), ("unsure", self.unsure)]
        return ", ".join(told + [f"{count} {what}" for what, count in late if count])

    def __add__(self, other: "Account") -> "Account":
        """Return what two programs have counted together."""
        return Account(
            self.received + other.received,
            self.sent + other.sent,
            dict(Counter(self.dropped) + Counter(other.dropped)),
            dict(Counter(self.failed) + Counter(other.failed)),
            self.in_flight + other.in_flight,
            self.lost + other.lost,
            self.unsure + other.unsure,
        )

    def check_balance(self) -> list[str]:
        """Say how the figures do not add up."""
        ends = self.sent + sum(self.dropped.values()) + sum(self.failed.values()) + self.in_flight
        wrong = f"the account does not add up to {ends}: {self}"
        return [] if ends == self.received else [wrong]


def settled(read: Callable[[], Account], at_least: int = 0) -> Account:
    """Return the account once nothing is in flight and two readings agree, or after a while.

    At least so many requests must have been received, or lost on their way.
    """
    previous: list[Account] = []

    def look() -> tuple[Account, bool]:
        now = read()
        previous.append(now)
        calm = now.in_flight == 0 and now.received + now.lost >= at_least
        return now, calm and previous[-2:] == [now, now]

    return watch(look, lambda seen: seen[1], _SETTLED_WITHIN, every=_TICK).value[0]


def _since(now: int, before: int) -> int:
    """Return how much a counter grew; one that is smaller has begun anew, in a new process."""
    return now - before if now >= before else now


def _grown(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    grown = {key: _since(n, before.get(key, 0)) for key, n in now.items()}
    return {key: n for key, n in grown.items() if n}
