"""Counting lost log lines."""

from hypothesis import given
from hypothesis import strategies as st
from mirror_agent.inputs.numbers import PATIENCE, Numbers


def noted(*numbers: int, series: bytes = b"a") -> Numbers:
    found = Numbers()
    for number in numbers:
        found.note(series, number, 0.0)
    return found


def test_nothing_is_lost_while_numbers_follow_each_other() -> None:
    numbers = noted(1, 2, 3)
    numbers.settle(9.0)
    assert (numbers.lost, numbers.repeated, numbers.before_first) == (0, 0, 0)


def test_a_gap_is_lost_after_a_while_and_not_at_once() -> None:
    numbers = noted(1, 4)
    numbers.settle(PATIENCE / 2)
    assert numbers.lost == 0
    numbers.settle(PATIENCE)
    assert numbers.lost == 2


def test_a_late_line_is_not_lost() -> None:
    numbers = noted(1, 3, 2, 4)
    numbers.settle(9.0)
    assert (numbers.lost, numbers.repeated) == (0, 0)


def test_a_repeated_line_is_told() -> None:
    assert noted(1, 2, 2).repeated == 1


def test_each_series_counts_for_itself_and_from_its_first_line() -> None:
    numbers = noted(7, 8)
    numbers.note(b"b", 1, 0.0)
    numbers.settle(9.0)
    assert (numbers.lost, numbers.before_first) == (0, 6)


def test_a_huge_gap_costs_no_memory() -> None:
    numbers = noted(1, 10**15)
    numbers.settle(9.0)
    assert numbers.lost == 10**15 - 2


@given(st.sets(st.integers(1, 200), min_size=1), st.randoms(use_true_random=False))
def test_every_number_is_received_lost_or_before_the_first(lost: set[int], random: object) -> None:
    sent = [number for number in range(1, 251) if number not in lost]
    shuffle = getattr(random, "shuffle")  # noqa: B009 - hypothesis' Random
    for start in range(1, len(sent), 7):  # threads reorder neighbours, not the first line
        part = sent[start : start + 7]
        shuffle(part)
        sent[start : start + 7] = part
    numbers = noted(*sent)
    numbers.settle(9.0)
    assert numbers.repeated == 0
    assert numbers.before_first + len(sent) + numbers.lost == 250
