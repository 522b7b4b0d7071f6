"""Steps that put a gateway in front."""

from behave import given
from behave.runner import Context

from features.support.errors import StackError
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.model import Gateway


@given("{name:Gateway} is the gateway")
def gateway_in_front(context: Context, name: str) -> None:
    enter(context, CATALOGUE[name])


def enter(context: Context, gateway: Gateway) -> None:
    """Give a gateway up that does not start: its other scenarios would only repeat why."""
    context.scenario.gateway = gateway.name  # for the comparison
    try:
        context.scene.enter(gateway)
    except StackError as failure:
        context.plan.give_up(gateway.name, context.scenario)
        raise StackError(f"{gateway.name} did not start: {failure}") from failure
