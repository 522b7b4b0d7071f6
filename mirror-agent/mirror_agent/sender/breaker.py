"""The circuit breaker of a shadow: one that keeps failing is left alone for a while."""

from enum import Enum


class State(Enum):
    """CLOSED: copies flow. OPEN: none do. TRIAL: one at a time, until one succeeds."""

    CLOSED = "closed"
    OPEN = "open"
    TRIAL = "trial"


class Breaker:
    """Opens after so many failures in a row; one success closes it."""

    __slots__ = ("_failures", "_threshold", "state")

    def __init__(self, threshold: int) -> None:
        """Open after `threshold` failures in a row."""
        self.state = State.CLOSED
        self._threshold = threshold
        self._failures = 0

    def success(self) -> bool:
        """Note a success; returns whether that closed the circuit."""
        self._failures = 0
        if self.state is State.CLOSED:
            return False
        self.state = State.CLOSED
        return True

    def failure(self) -> bool:
        """Note a failure; returns whether that opened the circuit."""
        self._failures += 1
        if self.state is State.OPEN:
            return False
        if self.state is State.TRIAL or self._failures >= self._threshold:
            self.state = State.OPEN
            return True
        return False

    def attempt(self) -> None:
        """Go from open to trial: the shadow can be reached again."""
        self.state = State.TRIAL
