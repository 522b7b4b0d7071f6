"""Steps in which the shadow is back, or the mirroring is ended."""

from behave import then, when
from behave.runner import Context

from features.support.checks import outages
from features.support.telling import told


@when("the shadow accepts connections again and {clients:d} clients send at once")
def shadow_is_back(context: Context, clients: int) -> None:
    outages.send_to_the_returned(context.scene, clients)


@when("{count:d} requests are sent on v1, and who makes the copies is ended")
def mirroring_ends(context: Context, count: int) -> None:
    context.add_cleanup(context.scene.restore, context.scene.maker)
    outages.send_and_end(context.scene, count)


@then("the last {count:d} requests were copied, each exactly once")
def last_were_copied(context: Context, count: int) -> None:
    outages.await_last(context.scene, count)


@then("some of the last {count:d} requests may lack a copy, and none has two")
def some_were_copied(context: Context, count: int) -> None:
    wrong = outages.check_no_repeats(context.scene, count)
    assert not wrong, told(wrong)
