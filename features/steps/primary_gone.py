"""Steps about a primary that is gone, and comes back."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import primary_gone
from features.support.telling import told


@given("the primary has been stopped for as long as gateways need to notice")
def primary_has_been_away(context: Context) -> None:
    context.add_cleanup(context.scene.restore, "primary")
    primary_gone.stop_for_a_while(context.scene)


@when("the primary runs again")
def primary_runs_again(context: Context) -> None:
    context.scene.stack.restore("primary")


@then("each was refused with an error of the gateway within {seconds:d} seconds")
def clients_are_told(context: Context, seconds: int) -> None:
    wrong = primary_gone.check_told(context.scene.exchanges, seconds)
    assert not wrong, told(wrong)


@then("clients on v1 and v3 get its answers within {seconds:d} seconds")
def clients_are_served(context: Context, seconds: int) -> None:
    wrong = primary_gone.check_served(context.scene, seconds)
    assert not wrong, told(wrong)
