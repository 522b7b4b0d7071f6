"""Steps about what becomes of copies, and about who sees the figures of it."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import access, fates
from features.support.gateways.fate import Fate
from features.support.telling import told


@when("the client sends {count:d} requests, copied to a shadow that {failure:ShadowFate}")
def copies_fail(context: Context, count: int, failure: Fate) -> None:
    context.event = fates.fail(context.scene, failure, count)


@when("the client sends {count:d} requests on v2, and half are left out by chance")
def some_are_not_drawn(context: Context, count: int) -> None:
    context.event = fates.draw(context.scene, count)


@when("{count:d} copies have come back to the gateway")
def copies_have_come_back(context: Context, count: int) -> None:
    context.event = fates.come_back(context.scene, count)


@given("an operator has given copies little room, {by:Room}")
def room_is_little(context: Context, by: Fate) -> None:
    fates.give_little_room(context.scene, by)
    context.fate = by


@when("the client sends {count:d} requests on v1 while the shadow is late")
def room_is_exceeded(context: Context, count: int) -> None:
    context.event = fates.overflow(context.scene, context.fate, count)


@then("a figure that is for nothing else counts exactly these")
@then("a figure that is for nothing else counts those without room")
def own_figure_counts(context: Context) -> None:
    wrong = fates.check_own_figure(context.scene, context.event)
    assert not wrong, told(wrong)


@then("a figure that is for other failures, too, counts these")
def shared_figure_counts(context: Context) -> None:
    wrong = fates.check_shared_figure(context.scene, context.event)
    assert not wrong, told(wrong)


@then("no figure tells of these")
def no_figure_counts(context: Context) -> None:
    wrong = fates.check_no_figure(context.scene, context.event)
    assert not wrong, told(wrong)


@when("the client asks for figures, health and controls at their usual paths")
def client_asks_for_what_is_private(context: Context) -> None:
    context.scene.send_in_turn(access.usual_paths())


@when("somebody without a password asks for the gateway's figures")
def stranger_asks(context: Context) -> None:
    context.statuses = access.ask_as_a_stranger(context.scene)


@then("the figures are refused to everybody without it")
def figures_are_locked(context: Context) -> None:
    wrong = access.check_refused(context.statuses)
    assert not wrong, told(wrong)


@then("the figures are shown, and orders to the gateway are refused")
def figures_are_shown(context: Context) -> None:
    wrong = access.check_shown(context.scene, context.statuses)
    assert not wrong, told(wrong)
