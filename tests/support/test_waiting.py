import re
from collections.abc import Iterator

import pytest

from features.support.waiting import Observation, eventually, patient, set_patience, watch
from tests.support.clock import Clock


def never(_: object) -> bool:
    return False


def test_a_condition_that_holds_at_once_is_looked_at_once(clock: Clock) -> None:
    outcome = watch(lambda: "here", until=lambda seen: seen == "here", within=5)
    assert outcome == Observation("here", met=True, attempts=1, elapsed=0)
    assert clock.pauses == []


def test_looks_until_the_condition_holds(clock: Clock) -> None:
    looks = iter(range(100))
    outcome = watch(lambda: next(looks), until=lambda seen: seen == 7, within=60)
    assert (outcome.value, outcome.met, outcome.attempts) == (7, True, 8)
    assert next(looks) == 8, "it looked again after the condition held"


def test_gives_up_at_the_deadline_and_not_before(clock: Clock) -> None:
    outcome = watch(lambda: clock.now, until=never, within=5)
    assert not outcome.met
    assert outcome.elapsed == pytest.approx(5)
    assert outcome.value == pytest.approx(1005), "the last look was not at the deadline"


def test_a_condition_that_comes_about_at_the_deadline_counts(clock: Clock) -> None:
    assert watch(lambda: clock.now, until=lambda now: now >= 1005, within=5).met


def test_a_slow_look_is_not_cut_short_but_no_other_follows(clock: Clock) -> None:
    outcome = watch(lambda: clock.pass_(30), until=never, within=5)
    assert (outcome.attempts, outcome.elapsed) == (1, 30)


def test_asks_for_the_condition_once_per_look(clock: Clock) -> None:
    """A condition may count, as the readiness of a gateway does."""
    asked: list[int] = []
    outcome = watch(lambda: 1, until=lambda _: asked.append(1) or False, within=1)  # type: ignore[func-returns-value]
    assert len(asked) == outcome.attempts


def test_looks_often_at_first_and_ten_times_a_second_later(clock: Clock) -> None:
    watch(lambda: 1, until=never, within=30)
    assert clock.pauses[0] <= 0.01
    assert max(clock.pauses) <= 0.1
    assert clock.pauses[:-1] == sorted(clock.pauses[:-1]), "the pauses do not grow"
    assert len(clock.pauses) < 400, "it keeps the processor busy"


@pytest.mark.parametrize("factor", [0.5, 3])
def test_patience_stretches_every_deadline(clock: Clock, factor: float) -> None:
    set_patience(factor)
    assert patient(4) == 4 * factor
    assert watch(lambda: 1, until=never, within=4).elapsed == pytest.approx(4 * factor)


def test_what_does_not_come_about_is_told_with_all_that_was_seen(clock: Clock) -> None:
    def colours() -> Iterator[str]:
        while True:
            yield "red"

    looks = colours()
    with pytest.raises(AssertionError) as told:
        eventually(lambda: next(looks), lambda seen: seen == "green", 5, "a green light")
    message = r"a green light did not come about after 5\.00 s and \d+ looks: red"
    assert re.fullmatch(message, str(told.value))


def test_a_look_that_fails_ends_the_wait(clock: Clock) -> None:
    """What keeps us from finding out is no proof that the product is wrong."""

    def look() -> int:
        raise ConnectionError("no such service")

    with pytest.raises(ConnectionError):
        eventually(look, never, within=5)
    assert clock.pauses == []
