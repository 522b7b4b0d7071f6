"""How many connections a shadow may have: few at first, and more while more of them carry more.

Copies per second are connections divided by the time of an answer, so a shadow that is far away or
late needs many connections, and one that is overloaded must not get them. What tells the two apart
is the time of an answer after the number was doubled: it stays, or it doubles as well.
"""

import math

FIRST = 64
_PAYS = 1.5  # answers may take so many times longer after the number was doubled
_HOLD = 5.0  # seconds until the number is doubled again after it did not pay
_REST = 60.0  # seconds without need after which it is halved
_RESERVE = 1.1


def sufficient(rate: float, delay: float) -> int:
    """Return how many connections carry `rate` copies a second, answered in `delay` seconds."""
    return max(1, math.ceil(rate * delay * _RESERVE))


class Limit:
    """The number of connections that a shadow may have now."""

    def __init__(self, most: int, now: float) -> None:
        """Grow up to `most`; now in seconds of a steady clock, here and below."""
        self.most = most
        self.now = min(FIRST, most)
        self._before: float | None = None  # seconds of an answer before the number was doubled
        self._from = 0  # answers to pass over: they are to copies sent before it was doubled
        self._mark: tuple[int, float] | None = None
        self._held_until = now
        self._needed = now

    def look(self, now: float, short: bool, sent: int, seconds: float) -> None:
        """Double, halve or keep the number.

        short: copies wait, and every connection is in use. sent, seconds: all answers so far, and
        the sum of their times.
        """
        if not short:
            self._relax(now)
            return
        self._needed = now
        if now < self._held_until or self.now == self.most or sent < self._from:
            return
        if self._mark is None or sent < self._mark[0]:
            self._mark = (sent, seconds)
        answers = sent - self._mark[0]
        if answers < max(1, min(self.now, FIRST) // 2):
            return
        self._judge(now, (seconds - self._mark[1]) / answers, sent)

    def lack(self, now: float, held: int) -> None:
        """Note that the process can have no more than `held` connections for the moment."""
        self.now = max(1, held)
        self._hold(now)

    def _judge(self, now: float, delay: float, sent: int) -> None:
        if self._before is not None and delay > _PAYS * self._before:
            self.now = max(min(FIRST, self.most), self.now // 2)
            self._hold(now)
            return
        self._from, self._mark, self._before = sent + self.now, None, delay
        self.now = min(2 * self.now, self.most)

    def _hold(self, now: float) -> None:
        self._held_until = now + _HOLD
        self._before, self._mark, self._from = None, None, 0

    def _relax(self, now: float) -> None:
        self._before, self._mark, self._from = None, None, 0
        if now - self._needed >= _REST:
            self._needed = now
            self.now = max(min(FIRST, self.most), self.now // 2)
