"""Steps about copies of a route that is mirrored in part."""

from behave import then, when
from behave.runner import Context

from features.support.checks import copies, sampled_copies
from features.support.telling import told
from features.support.wire import request_sets


@when("the client sends {count:d} requests of each kind on route {route:Route}")
def client_sends_each_kind(context: Context, count: int, route: str) -> None:
    context.scene.send_in_turn(request_sets.of_each_kind(route, count))


@when("{count:d} copies come back to the gateway on route {route:Route}")
def copies_come_back(context: Context, count: int, route: str) -> None:
    context.scene.send_in_turn(request_sets.marked(route, count, context.scene.stack.marker))


@when("{clients:d} clients in turn send {count:d} requests each on route {route:Route}")
def clients_send_in_turn(context: Context, clients: int, count: int, route: str) -> None:
    context.clients = clients
    for _ in range(clients):
        context.scene.send_in_turn(request_sets.get_and_post(route, count))


@when("the client sends {count:d} requests with the same id on route {route:Route}")
def client_repeats_an_id(context: Context, count: int, route: str) -> None:
    context.scene.send_in_turn(request_sets.with_one_id(route, count))


@then("each kind of request was copied, and no request twice")
def each_kind_was_copied(context: Context) -> None:
    wrong = sampled_copies.check_kinds(context.scene)
    assert not wrong, told(wrong)


@then("each of these copies has the method, target and body of its request")
def these_copies_are_faithful(context: Context) -> None:
    arrived = sampled_copies.copied(context.scene)
    sent = sampled_copies.sent_and_copied(context.scene, arrived)
    wrong = copies.check_contents(sent, arrived)
    assert not wrong, told(wrong)


@then("each of these copies has the marker and no credentials")
def these_copies_are_marked(context: Context) -> None:
    arrived = sampled_copies.copied(context.scene)
    wrong = sampled_copies.check_marks(arrived, context.scene.stack.marker)
    assert not wrong, told(wrong)


@then("copies were drawn by chance, of each method and each client")
def copies_were_drawn(context: Context) -> None:
    drawn = sampled_copies.draws(context.scene)
    sent = [each.sent for each in context.scene.exchanges]
    wrong = sampled_copies.check_chance(sent, drawn, context.clients)
    assert not wrong, told(wrong)


@then("every second request was copied")
def every_second_was_copied(context: Context) -> None:
    wrong = sampled_copies.check_every_second(sampled_copies.draws(context.scene))
    assert not wrong, told(wrong)


@then("the shadow received the share of these requests that the policy asks for")
def share_of_one_id(context: Context) -> None:
    share = context.policy.route(context.scene.last.sent.target).share
    wrong = sampled_copies.check_count(context.scene, share)
    assert not wrong, told(wrong)
