"""Steps about chance and lateness among many clients."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import chance
from features.support.telling import told


@when("{clients:d} clients send on route v2 at the same moment, {times:d} times")
def clients_send_together(context: Context, clients: int, times: int) -> None:
    context.clients = clients
    chance.send_together(context.scene, clients, times)


@then("copies were drawn by chance, of each method, client and moment")
def drawn_among_clients(context: Context) -> None:
    wrong = chance.check_among_clients(context.scene, context.clients)
    assert not wrong, told(wrong)


@then("of each moment exactly every second request was copied")
def every_second_of_a_moment(context: Context) -> None:
    wrong = chance.check_half_of_each_moment(context.scene, context.clients)
    assert not wrong, told(wrong)


@given("the shadow answers 0.5 seconds late")
def shadow_is_half_a_second_late(context: Context) -> None:
    context.scene.misbehave("shadow", delay=0.5, prefix="/api")


@when("{clients:d} clients send {count:d} requests on route v1")
def clients_send_much(context: Context, clients: int, count: int) -> None:
    chance.send_much(context.scene, clients, count)


@then("the shadow has received a copy of each within {seconds:d} seconds")
def late_shadow_has_all(context: Context, seconds: int) -> None:
    wrong = chance.check_delivered(context.scene, seconds)
    assert not wrong, told(wrong)
