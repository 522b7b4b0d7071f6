"""Whether an account is of all requests, and of no others."""

import pytest

from features.support.checks.accounting import check_coverage
from features.support.gateways.account import Account


def counted(received: int, lost: int = 0, unsure: int = 0) -> Account:
    return Account(received, received, {}, {}, 0, lost, unsure)


@pytest.mark.parametrize("account", [counted(100), counted(98, 2), counted(100, 2, 2)])
def test_each_request_is_counted_and_a_few_twice(account: Account) -> None:
    assert check_coverage(account, 100) == []


@pytest.mark.parametrize(
    "account", [counted(99), counted(101), counted(100, 1), counted(100, 100, 100)]
)
def test_too_few_too_many_or_all_twice_is_told(account: Account) -> None:
    assert "of 100 requests are counted" in check_coverage(account, 100)[0]
