"""Reading what ways of mirroring count, and what grew since."""

import pytest

from features.support.gateways.account import Account, _of_samples

AGENT = """# TYPE mirror_agent_received_total counter
mirror_agent_received_total{shadow="shadow"} 12.0
mirror_agent_sent_total{shadow="shadow"} 7.0
mirror_agent_dropped_total{reason="cut",shadow="shadow"} 2.0
mirror_agent_dropped_total{reason="not_sampled",shadow="shadow"} 1.0
mirror_agent_failed_total{reason="timeout",shadow="shadow"} 1.0
mirror_agent_in_flight{shadow="shadow"} 1.0
mirror_agent_ring_lost_total 3.0
"""


def test_figures_are_read_by_reason() -> None:
    account = _of_samples(AGENT, "mirror_agent_")
    assert account == Account(12, 7, {"cut": 2, "not_sampled": 1}, {"timeout": 1}, 1, 3)
    assert not account.check_balance()


def test_what_does_not_add_up_is_told() -> None:
    (told,) = Account(12, 7, {"cut": 2}, {}, 0).check_balance()
    assert told.endswith("does not add up: 9")


def test_only_what_grew_is_left() -> None:
    before = Account(10, 6, {"cut": 2, "loop": 1}, {"timeout": 1}, 0, 1)
    now = Account(15, 9, {"cut": 3, "loop": 1}, {"timeout": 1, "connect": 1}, 0, 1)
    assert now - before == Account(5, 3, {"cut": 1}, {"connect": 1}, 0, 0)


@pytest.mark.parametrize("now", [Account(3, 2, {"cut": 1}, {}, 0)])
def test_counters_that_began_anew_count_from_zero(now: Account) -> None:
    before = Account(10, 9, {"cut": 5}, {}, 0, 4)
    assert now - before == Account(3, 2, {"cut": 1}, {}, 0, 0)
