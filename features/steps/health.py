"""Steps that make services fail and watch the gateway notice."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import answers, health
from features.support.telling import told
from features.support.wire.client import request


@when("the gateway has had time to check")
def gateway_checks(context: Context) -> None:
    context.checked = health.checks_seen(context.scene.recorders.values())


@then("the primary and the shadow were checked by the gateway")
def both_were_checked(context: Context) -> None:
    unchecked = [name for name, count in context.checked.items() if not count]
    assert not unchecked, f"the gateway never checked {' and '.join(unchecked)}"


@given("the {service:Service} was stopped")
@when("the {service:Service} is stopped")
def service_stops(context: Context, service: str) -> None:
    context.add_cleanup(context.scene.restore, service)
    context.scene.stop(service)


@given("the primary was stopped and clients were refused")
def primary_stopped_and_noticed(context: Context) -> None:
    service_stops(context, "primary")
    health.await_status(context.scene, 503, within=5)


@when("the {service:Service} is started again")
def service_starts(context: Context, service: str) -> None:
    context.scene.stack.restore(service)


@given("the {service:Service} answers every request with an error")
def service_answers_errors(context: Context, service: str) -> None:
    context.scene.misbehave(service, status=500)


@given("the {service:Service} answers every request of a client with an error")
def service_answers_clients_errors(context: Context, service: str) -> None:
    context.scene.misbehave(service, status=500, prefix="/api")


@given("the figures say that the {service:Service} is {state:Health} within {seconds:d} seconds")
@then("the figures say that the {service:Service} is {state:Health} within {seconds:d} seconds")
def figures_come_to_say(context: Context, service: str, state: str, seconds: int) -> None:
    health.await_figures(context.scene.stats, service, state, within=seconds)


@then("the figures say that the {service:Service} is {state:Health}")
def figures_say(context: Context, service: str, state: str) -> None:
    health.await_figures(context.scene.stats, service, state, within=5)


@then("the client is told at once that the service is unavailable")
def client_is_turned_away(context: Context) -> None:
    exchange = context.scene.send(request("GET", "/api/v1"))
    wrong = answers.check_refusal(exchange, 503) or answers.check_duration(exchange, 1.0)
    assert not wrong, told(wrong)


@then("the client gets the primary's answer again within {seconds:d} seconds")
def client_is_served_again(context: Context, seconds: int) -> None:
    health.await_status(context.scene, 200, within=seconds)
    wrong = answers.check_answer(context.scene.last)
    assert not wrong, told(wrong)


@then("the gateway itself answers that it is well")
def gateway_is_well(context: Context) -> None:
    wrong = answers.check_refusal(context.scene.last, 200)
    assert not wrong, told(wrong)


@then("the gateway itself answers that it cannot serve")
def gateway_cannot_serve(context: Context) -> None:
    wrong = answers.check_refusal(context.scene.last, 503)
    assert not wrong, told(wrong)
