"""Steps in which primary or client takes its time."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import slow_primary
from features.support.telling import told


@given("an operator gives the primary {seconds:d} second to answer")
def operator_sets_time(context: Context, seconds: int) -> None:
    slow_primary.set_answer_time(context.scene, seconds)


@when("requests with and without a body are sent on v1 and v3 at once")
def requests_at_once(context: Context) -> None:
    slow_primary.ask_at_once(context.scene)


@when("clients take {seconds:d} seconds for uploads on v1 and v3, in chunks or not")
def clients_upload_slowly(context: Context, seconds: int) -> None:
    slow_primary.upload_slowly(context.scene, seconds)


@then("each answer took {seconds:d} seconds")
def answers_took(context: Context, seconds: int) -> None:
    wrong = slow_primary.check_took(context.scene.exchanges, seconds)
    assert not wrong, told(wrong)


@then("each was answered by the gateway with status 504 after {seconds:d} second")
def gateway_gave_up(context: Context, seconds: int) -> None:
    wrong = slow_primary.check_gave_up(context.scene.exchanges, seconds)
    assert not wrong, told(wrong)


@then("the primary received each of them as it was sent")
def primary_has_each(context: Context) -> None:
    wrong = slow_primary.check_received(context.scene)
    assert not wrong, told(wrong)
