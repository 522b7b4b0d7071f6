"""Steps in which a client tries to decide what only the gateway decides."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import clients_choice, primary
from features.support.telling import told
from features.support.wire import hostile_requests


@when("headers of requests on v1 ask not to be copied")
def client_evades(context: Context) -> None:
    context.scene.send_in_turn(hostile_requests.evasive(context.scene.stack.marker))


@when("requests on v1 name the primary as the place where copies go")
def client_misdirects(context: Context) -> None:
    primary_inside = context.scene.stack.address_inside("primary", "service")
    context.scene.send_in_turn(hostile_requests.misdirected(primary_inside))


@when("the client asks for tunnels, to the primary and elsewhere")
def client_asks_for_tunnels(context: Context) -> None:
    primary_inside = context.scene.stack.address_inside("primary", "service")
    for each in hostile_requests.tunnels(primary_inside):
        context.scene.send(each)


@then("the gateway refuses each tunnel")
def tunnels_are_refused(context: Context) -> None:
    wrong = clients_choice.check_no_tunnel(context.scene.exchanges)
    assert not wrong, told(wrong)


@when("the client sends requests that no route serves, with the marker of copies")
def client_bears_the_marker(context: Context) -> None:
    context.scene.send_in_turn(hostile_requests.refused_with(context.scene.stack.marker))


@given("the primary answers 0.2 seconds late, and with errors")
def primary_errs_late(context: Context) -> None:
    context.add_cleanup(primary.mend, context.scene)
    context.scene.misbehave("primary", delay=0.2, status=503, prefix="/api")


@when("headers of requests on v1 and v3 ask for retries and short time limits")
def client_insists(context: Context) -> None:
    clients_choice.insist(context.scene)


@then("the client got the primary's error each time")
def client_got_the_error(context: Context) -> None:
    wrong = clients_choice.check_errors(context.scene.exchanges, 503)
    assert not wrong, told(wrong)


@then("requests whose target is a URL got 200 without a body, others the primary's answer")
def urls_got_nothing(context: Context) -> None:
    wrong = clients_choice.check_empty_for_urls(context.scene.exchanges)
    assert not wrong, told(wrong)


@then("the shadow received copies of the others, exactly once")
def others_were_copied(context: Context) -> None:
    wrong = clients_choice.check_copied_but_urls(context.scene)
    assert not wrong, told(wrong)
