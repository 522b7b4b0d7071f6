"""An external stack knows addresses and touches nothing."""

import pytest

from features.support.errors import StackError
from features.support.gateways.catalogue import CATALOGUE
from features.support.stack.external import ExternalStack
from features.support.stack.settings import Settings
from features.support.wire.client import Address

NAMES = (
    *("gateway", "figures"),
    *("primary.service", "primary.control", "shadow.service", "shadow.control"),
)


def elsewhere(**known: Address) -> ExternalStack:
    """An external stack; what is not known is at an address where nobody is."""
    given = {name: known.get(name, Address(f"{name}.invalid", 80)) for name in NAMES}
    return ExternalStack(Settings(stack="external", addresses=given))


def test_every_port_is_where_it_was_said_to_be() -> None:
    at = elsewhere().address
    assert at("haproxy", "proxy") == Address("gateway.invalid", 80)
    assert at("haproxy", "stats") == Address("figures.invalid", 80)
    assert at("shadow", "control") == Address("shadow.control.invalid", 80)


def test_what_is_somebody_elses_is_not_touched() -> None:
    for attempt in ("stop", "pause", "reload", "configuration", "processes"):
        with pytest.raises(StackError, match=r"^primary belongs to an external stack and cannot"):
            getattr(elsewhere(), attempt)("primary")


def test_it_says_where_it_is_and_that_it_cannot_be_changed() -> None:
    stack = elsewhere()
    assert not stack.can_be_changed
    assert stack.why_not(CATALOGUE["HAProxy"]) is None
    assert stack.outlook([]) == ["gateway at gateway.invalid:80"]
    assert "gateway: http://gateway.invalid:80" in stack.how_to_reach()
