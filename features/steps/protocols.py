"""Steps about clients that speak HTTP/2, or TLS."""

from behave import given, then, when
from behave.runner import Context

from features.support.telling import told
from features.support.wire import request_sets
from features.support.wire.exchange import values
from features.support.wire.protocols import PROTOCOLS


@given("clients speak {protocol:Protocol}")
def clients_speak(context: Context, protocol: str) -> None:
    context.scene.protocol = PROTOCOLS[protocol]


@when("{count:d} different requests are sent on v1 at once")
def different_requests(context: Context, count: int) -> None:
    context.scene.send_at_once(request_sets.different(count))


@when("the client sends its cookies in three headers on v1")
def split_cookies(context: Context) -> None:
    context.scene.send(request_sets.with_split_cookies())


@then("the primary received them in one")
def cookies_are_joined(context: Context) -> None:
    sent = context.scene.last.sent
    received = context.scene.primary.await_request(sent.request_id)
    wanted, got = ["; ".join(values(sent.headers, "cookie"))], values(received.headers, "cookie")
    wrong = [] if got == wanted else [f"the primary received {got}, and not {wanted}"]
    assert not wrong, told(wrong)
