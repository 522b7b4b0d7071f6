"""Steps that look at how the shadow is reached, and at a second shadow."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import second_shadow
from features.support.operator import changes
from features.support.telling import told


@when(
    "{times:d} groups of {count:d} requests are sent on {route:Route}, "
    "each after the last was copied"
)
def client_sends_once_copied(context: Context, times: int, count: int, route: str) -> None:
    for _ in range(times):
        second_shadow.send_and_await(context.scene, route, count)


@then("the shadow received the copies over {most:d} connections at most")
def shadow_has_few_connections(context: Context, most: int) -> None:
    used = second_shadow.connections(context.scene)
    assert used <= most, f"copies came over {used} connections, more than {most}"


@then("the shadow received the copies over {least:d} to {most:d} connections")
def shadow_has_many_connections(context: Context, least: int, most: int) -> None:
    used = second_shadow.connections(context.scene)
    assert least <= used <= most, f"copies came over {used} connections, not {least} to {most}"


@then("the shadow received each copy over a connection of its own")
def shadow_has_a_connection_each(context: Context) -> None:
    used, sent = second_shadow.connections(context.scene), len(context.scene.exchanges)
    assert used == sent, f"copies of {sent} requests came over {used} connections"


@given("an operator has added a second shadow")
def second_shadow_is_added(context: Context) -> None:
    context.scene.change(changes.second_shadow(context.scene))


@given("an operator has added a second shadow that is dead")
def dead_shadow_is_added(context: Context) -> None:
    context.scene.change(changes.second_shadow(context.scene, changes.NOBODY))


@then("each of the two shadows received a copy of each, exactly once")
def both_have_copies(context: Context) -> None:
    wrong = second_shadow.check_both_shadows(context.scene)
    assert not wrong, told(wrong)


@then("the first shadow received a copy of each, exactly once, and the second one none")
def first_has_copies(context: Context) -> None:
    wrong = second_shadow.check_first_shadow(context.scene)
    assert not wrong, told(wrong)
