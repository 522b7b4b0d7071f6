"""Whether draws look like chance."""

import random

import pytest

from features.support.checks.sampled_copies import check_chance, check_every_second
from features.support.wire.request_sets import get_and_post

SENT = [each for _ in range(25) for each in get_and_post("v2", 40)]
COUNT = len(SENT)


def wrong(drawn: list[bool]) -> str:
    return "; ".join(check_chance(SENT, drawn, clients=25))


def test_chance_is_taken_for_chance() -> None:
    for seed in range(50):
        draw = random.Random(seed).random
        assert not wrong([draw() < 0.5 for _ in SENT])


@pytest.mark.parametrize(
    ("drawn", "told"),
    [
        ([n % 2 == 0 for n in range(COUNT)], "changed 999 times in 1000 requests"),
        ([n % 80 < 40 for n in range(COUNT)], "of 25 of 25 clients all was copied, or nothing"),
        ([n % 2 == 1 or n % 4 == 0 for n in range(COUNT)], "500 of 500 POST requests"),
        ([n // 5 % 2 == 0 for n in range(COUNT)], "changed 199 times"),
    ],
)
def test_what_is_no_chance_is_told(drawn: list[bool], told: str) -> None:
    assert told in wrong(drawn)


def test_every_second_request() -> None:
    assert not check_every_second([True, False] * 5)
    assert check_every_second([True, True, False])
