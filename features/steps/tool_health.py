"""Steps about what a mirroring tool says of itself."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import tool_health
from features.support.operator import tools
from features.support.telling import told


@given("copies of {count:d} requests are on their way to a shadow that never answers")
def copies_are_on_their_way(context: Context, count: int) -> None:
    context.add_cleanup(context.scene.restore, tools.tool(context.scene))
    tool_health.leave_on_their_way(context.scene, count)


@when("the mirroring tool is told to end")
def tool_is_told_to_end(context: Context) -> None:
    ended = tool_health.end_tool(context.scene)
    context.add_cleanup(ended)


@then("the tool says at once that it is not well, or nothing")
def tool_is_not_well(context: Context) -> None:
    wrong = tool_health.check_unwell(context.scene)
    assert not wrong, told(wrong)


@when("the gateway is frozen, so that nothing reaches the mirroring tool")
def nothing_reaches_the_tool(context: Context) -> None:
    front = context.scene.in_front.front
    context.add_cleanup(context.scene.stack.resume, front)
    context.scene.pause(front)


@then("the tool says within {seconds:d} seconds that it is not well")
def tool_is_not_well_soon(context: Context, seconds: int) -> None:
    wrong = tool_health.check_unwell(context.scene, seconds)
    assert not wrong, told(wrong)


@then("the tool says for {seconds:d} seconds that it is well")
def tool_is_well(context: Context, seconds: int) -> None:
    wrong = tool_health.check_well(context.scene, seconds)
    assert not wrong, told(wrong)


@when("an operator starts the mirroring tool a second time")
def tool_is_started_again(context: Context) -> None:
    context.second = tool_health.start_again(context.scene)


@then("the second one ends, and says that the address is in use")
def second_tool_is_refused(context: Context) -> None:
    wrong = tool_health.check_refused(context.second)
    assert not wrong, told(wrong)
