"""Judgements about whole sessions."""

import pytest

from features.support.checks.sessions import check_grown, check_share, check_whole
from features.support.errors import CannotFindOutError


def users(count: int, fate: list[bool], start: int = 0) -> dict[str, list[bool]]:
    return {f"user-{number}": fate for number in range(start, start + count)}


def test_sessions_that_are_whole() -> None:
    assert not check_whole(users(3, [True, True]) | users(3, [False, False], 3))


def test_sessions_in_part_are_counted_and_named() -> None:
    (found,) = check_whole(users(2, [True, False]) | users(2, [True, True], 2))
    assert found.startswith("2 of 4 sessions were copied in part: ")
    assert "user-1" in found


def test_a_share_of_users_has_a_band() -> None:
    assert not check_share(users(400, [True]) | users(1600, [False], 400), 20)
    (found,) = check_share(users(300, [True]) | users(1700, [False], 300), 20)
    assert found.startswith("300 users were copied; 20 % of 2000 are ")
    with pytest.raises(CannotFindOutError, match="too few"):
        check_share(users(100, [True]), 20)


def test_who_was_in_stays_in() -> None:
    before = users(10, [True]) | users(90, [False], 10)
    assert not check_grown(before, users(20, [True]) | users(80, [False], 20))
    assert check_grown(before, users(20, [True], 5) | users(5, [False])) == [
        "5 of 10 users who were copied are copied no more"
    ]
    assert check_grown(before, before) == ["10 users were copied at first, and 0 others then"]
    assert check_grown(users(9, [False]), before) == [
        "0 users were copied at first, and 10 others then"
    ]
