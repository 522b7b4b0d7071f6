"""Steps about the primary's answers as clients get them."""

from behave import then, when
from behave.runner import Context

from features.support.checks import whole_answers
from features.support.telling import told


@when("the primary answers with each kind of status on routes v1 and v3")
def primary_answers_with_each_kind(context: Context) -> None:
    context.deliveries = whole_answers.play(context.scene)


@then("the client got status, headers and body as the primary sent them")
def answers_are_whole(context: Context) -> None:
    wrong = whole_answers.check_whole(context.deliveries)
    assert not wrong, told(wrong)


@then("the client's connections stayed open")
def connections_stayed_open(context: Context) -> None:
    wrong = whole_answers.check_kept_open(context.deliveries)
    assert not wrong, told(wrong)
