"""Steps that put a gateway in front."""

from behave import given
from behave.runner import Context

from features.support.errors import StackError
from features.support.gateways import CATALOGUE


@given("{name:Gateway} is the gateway")
def gateway_in_front(context: Context, name: str) -> None:
    gateway = CATALOGUE[name]
    reason = context.scene.stack.why_not(gateway)
    if reason is not None:
        context.scenario.skip(f"{name}: {reason}")
        return
    try:
        context.scene.enter(gateway)
    except StackError as failure:
        context.abort(reason=f"{name} did not start: {failure}")
        raise
