"""Steps about sessions: all requests of one user, told by a cookie."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import sessions
from features.support.telling import told


@given("an operator mirrors {percent:d} % of the sessions on route v2")
def operator_mirrors_sessions(context: Context, percent: int) -> None:
    context.scene.change(sessions.mirrored(context.scene, percent))


@when("{users:d} users send {count:d} requests each on route v2")
def users_send(context: Context, users: int, count: int) -> None:
    context.sent = sessions.send(context.scene, users, count)


@when("{users:d} users send requests on v2, while {first:d} % and then {then:d} % are mirrored")
def users_send_twice(context: Context, users: int, first: int, then: int) -> None:
    context.fates = sessions.send_twice(context.scene, users, (first, then))


@then("each user's requests were all copied, or none of them")
def sessions_are_whole(context: Context) -> None:
    context.fates = sessions.copied(context.scene, context.sent)
    wrong = sessions.check_whole(context.fates)
    assert not wrong, told(wrong)


@then("requests of {percent:d} % of the users were copied")
def share_of_users_was_copied(context: Context, percent: int) -> None:
    wrong = sessions.check_share(context.fates, percent)
    assert not wrong, told(wrong)


@then("whoever was copied at first is copied still, and others are")
def copied_users_stay(context: Context) -> None:
    wrong = sessions.check_grown(*context.fates)
    assert not wrong, told(wrong)


@then("some users have requests with a copy and requests without")
def sessions_are_torn(context: Context) -> None:
    fates = sessions.copied(context.scene, context.sent)
    assert sessions.check_whole(fates), "each user's requests were all copied, or none of them"


@then("some who were copied at first are not copied any more")
def copied_users_go(context: Context) -> None:
    assert sessions.check_grown(*context.fates), "whoever was copied at first is copied still"
