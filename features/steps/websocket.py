"""Steps about WebSocket sessions."""

from behave import then, when
from behave.runner import Context

from features.support.checks import websocket
from features.support.telling import told


@when("a client sends {count:d} messages in a WebSocket session on route v1")
def client_holds_session(context: Context, count: int) -> None:
    context.session = websocket.hold_session(context.scene, count, 2.0)


@then("each message reached the primary and came back")
def messages_came_back(context: Context) -> None:
    wrong = websocket.check_echoed(context.scene, context.session)
    assert not wrong, told(wrong)


@then("no connection of the session is left open")
def session_left_nothing_open(context: Context) -> None:
    wrong = websocket.check_closed(context.scene, context.session)
    assert not wrong, told(wrong)


@then("the session did not open for the client")
def session_did_not_open(context: Context) -> None:
    wrong = websocket.check_not_opened(context.session)
    assert not wrong, told(wrong)


@then("the shadow received no session, at most the request that opens it")
def shadow_has_no_session(context: Context) -> None:
    wrong = websocket.check_not_at_the_shadow(context.scene, context.session)
    assert not wrong, told(wrong)


@then("the shadow received a session with {count:d} messages")
def shadow_has_a_session(context: Context, count: int) -> None:
    wrong = websocket.check_at_the_shadow(context.scene, context.session, count)
    assert not wrong, told(wrong)
