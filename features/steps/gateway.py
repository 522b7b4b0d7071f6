"""Steps that put a gateway in front."""

from behave import given
from behave.runner import Context

from features.support.errors import StackError
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.model import Gateway
from features.support.stack import signals


@given("{name:Gateway} is the gateway")
def gateway_in_front(context: Context, name: str) -> None:
    reason = context.scene.stack.why_not(CATALOGUE[name])
    if reason is None:
        enter(context, CATALOGUE[name])
    else:
        context.scenario.skip(reason.about(name))


def enter(context: Context, gateway: Gateway) -> None:
    """End the run when the gateway does not start: other scenarios would only repeat why."""
    context.scenario.gateway = gateway.name  # for the comparison
    try:
        context.scene.enter(gateway)
    except StackError as failure:
        signals.tell(f"ABORTED: {gateway.name} did not start: {failure}")
        context.abort()
        raise
