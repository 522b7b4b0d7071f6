"""Waiting for conditions, never for time: the only place of the specification that sleeps."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Generic, TypeVar

from features.support.telling import brief

T = TypeVar("T")

_FIRST_PAUSE = 0.002
_LONGEST_PAUSE = 0.1
_SOON = 2.0  # seconds
_patience = 1.0
_absence_expected = False
Turn = Callable[[], AbstractContextManager[None]]
_turn: Turn = nullcontext


def set_patience(factor: float) -> None:
    """Multiply every deadline of the run by factor (option `patience`)."""
    global _patience  # noqa: PLW0603 - one knob for the whole run, set once before it
    _patience = factor


def expect_absence(expected: bool) -> None:
    """Say whether what comes now is a promise that is known to break."""
    global _absence_expected  # noqa: PLW0603 - one scenario is played at a time
    _absence_expected = expected


def for_arrival(seconds: float) -> float:
    """Return how long to wait for what must arrive: not for long where its absence is known.

    A limit has a scenario of its own, which proves the absence without haste.
    """
    return min(seconds, _SOON) if _absence_expected else seconds


def measure_in(turn: Turn) -> None:
    """Let this process measure times only in its turn, as others measure beside it."""
    global _turn  # noqa: PLW0603 - set once, before the first scenario
    _turn = turn


def measuring() -> AbstractContextManager[None]:
    """Return a context in which nobody else of this run measures times."""
    return _turn()


def patient(seconds: float) -> float:
    """Return a deadline, in seconds, as this run's patience stretches it."""
    return seconds * _patience


@dataclass(frozen=True)
class Observation(Generic[T]):
    """The last observation, whether it was the wanted one, and what it took to get there."""

    value: T
    met: bool
    attempts: int
    elapsed: float

    def __str__(self) -> str:
        """Say how long was waited and what was seen last."""
        return f"after {self.elapsed:.2f} s and {self.attempts} looks: {brief(self.value)}"


def watch(
    probe: Callable[[], T], until: Callable[[T], bool], within: float, every: float = _FIRST_PAUSE
) -> Observation[T]:
    """Probe until the condition holds or `within` seconds (times patience) have passed.

    Looks are `every` seconds apart at first, and then further.
    """
    started = time.monotonic()
    deadline = started + patient(within)
    pause, attempts = every, 0
    while True:
        attempts += 1
        value = probe()
        now = time.monotonic()
        met = until(value)
        if met or now >= deadline:
            return Observation(value, met, attempts, now - started)
        time.sleep(min(pause, max(0.0, deadline - now)))
        pause = min(pause * 1.5, max(every, _LONGEST_PAUSE))


def take_time(seconds: float) -> None:
    """Let a slow client take its time; who waits for something to happen watches it instead."""
    time.sleep(seconds)


def eventually(
    probe: Callable[[], T], until: Callable[[T], bool], within: float, what: str = "the condition"
) -> T:
    """Return the first observation that meets the condition.

    Raises AssertionError, with attempts, elapsed time and last observation, when none does.
    """
    outcome = watch(probe, until, within)
    if not outcome.met:
        raise AssertionError(f"{what} did not come about {outcome}")
    return outcome.value
