"""Telling what a shadow's pool dropped, and how many connections would have sufficed."""

from ..account import CIRCUIT_OPEN, QUEUE_BYTES, QUEUE_FULL, QUEUE_TIME, Tally
from ..log import Log
from ..settings.model import Shadow
from .limit import sufficient

_FOR_WANT = (QUEUE_FULL, QUEUE_BYTES, QUEUE_TIME)


class Shortage:
    """Looks once a second at what was dropped, so that dropping itself costs no more than adding.

    `wanted` is the number of connections that would have sufficed when copies were last dropped
    for want of them: copies a second times the seconds of an answer. 0 while there was no want.
    """

    def __init__(self, shadow: Shadow, tally: Tally, log: Log, now: float) -> None:
        """Watch a shadow's tally; now in seconds of a steady clock, here and below."""
        self.wanted = 0
        self._shadow = shadow
        self._tally = tally
        self._log = log
        self._dropped = {reason: tally.dropped[reason] for reason in (*_FOR_WANT, CIRCUIT_OPEN)}
        self._last = (now, self._arrived(0), tally.sent, tally.seconds)

    def look(self, now: float, busy: int, connections: int) -> None:
        """Say what was dropped since the last look; busy: copies that wait or are on their way."""
        tally = self._tally
        new = {reason: tally.dropped[reason] - count for reason, count in self._dropped.items()}
        self._dropped = {reason: tally.dropped[reason] for reason in self._dropped}
        arrived = self._arrived(busy)
        last, self._last = self._last, (now, arrived, tally.sent, tally.seconds)
        for_want = sum(new[reason] for reason in _FOR_WANT)
        if for_want:
            sent = tally.sent - last[2]
            delay = (tally.seconds - last[3]) / sent if sent else self._shadow.answer_timeout
            self.wanted = sufficient((arrived - last[1]) / (now - last[0]), delay)
            self._tell(new, connections)
        if new[CIRCUIT_OPEN]:
            self._log.warning(
                "copies dropped while the circuit is open",
                limit_by=f"{self._shadow.name} {CIRCUIT_OPEN}",
                shadow=self._shadow.name,
                dropped=new[CIRCUIT_OPEN],
            )

    def _arrived(self, busy: int) -> int:
        """Return how many copies there were to send so far."""
        tally = self._tally
        return tally.sent + sum(tally.failed.values()) + busy + sum(self._dropped.values())

    def _tell(self, new: dict[str, int], connections: int) -> None:
        most = self._shadow.connections
        self._log.warning(
            "copies dropped for want of connections",
            limit_by=f"{self._shadow.name} want",
            shadow=self._shadow.name,
            **{reason: new[reason] for reason in _FOR_WANT if new[reason]},
            connections=connections,
            most=most,
            wanted=self.wanted,
            hint=f"set `connections` of this shadow to {self.wanted}"
            if self.wanted > most
            else "the shadow is slow, or there was a burst: `queue` holds longer ones",
        )
