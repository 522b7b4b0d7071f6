"""Counting what HAProxy lost: its log ring drops lines silently, but it numbers them.

HAProxy's threads may write two lines in the other order than they were numbered, so a gap counts
as lost only after a while. A number says nothing about lines before the first one of its series
that this agent saw: an earlier run of the agent may have had them, so they are counted apart.
"""

from dataclasses import dataclass, field

PATIENCE = 1.0  # seconds until a missing line is lost
_MOST_MISSING = 10_000  # numbers remembered per series; what is beyond is lost at once
_MOST_SERIES = 64  # HAProxy processes remembered; each reload of HAProxy begins a series


@dataclass
class _Series:
    expected: int
    missing: dict[int, float] = field(default_factory=dict)  # number: when it was missed


class Numbers:
    """The numbers of all series, and what they say was lost."""

    def __init__(self) -> None:
        """Know no series yet."""
        self.lost = 0
        self.repeated = 0
        self.before_first = 0
        self._series: dict[bytes, _Series] = {}

    def note(self, series: bytes, number: int, now: float) -> None:
        """Note a line's number; now in seconds of any steady clock."""
        known = self._series.get(series)
        if known is None:
            self._begin(series, number)
        elif number == known.expected:
            known.expected += 1
        elif number > known.expected:
            self._miss(known, number, now)
        elif known.missing.pop(number, None) is None:
            self.repeated += 1

    def settle(self, now: float) -> None:
        """Count as lost what has been missing for too long."""
        for series in self._series.values():
            overdue = [n for n, since in series.missing.items() if now - since >= PATIENCE]
            for number in overdue:
                del series.missing[number]
            self.lost += len(overdue)

    def _begin(self, name: bytes, number: int) -> None:
        if len(self._series) >= _MOST_SERIES:
            oldest = next(iter(self._series))
            self.lost += len(self._series.pop(oldest).missing)
        self._series[name] = _Series(number + 1)
        self.before_first += max(0, number - 1)

    def _miss(self, series: _Series, number: int, now: float) -> None:
        room = _MOST_MISSING - len(series.missing)
        first = max(series.expected, number - max(room, 0))
        self.lost += first - series.expected
        series.missing.update(dict.fromkeys(range(first, number), now))
        series.expected = number + 1
