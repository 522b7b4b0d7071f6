"""Steps that look at where requests arrived, and how."""

from behave import then, when
from behave.runner import Context

from features.support.checks import answers, routing
from features.support.telling import brief, told
from features.support.wire.client import request
from features.support.wire.exchange import Part, differences, values


@then("the primary received the request on route {route:Route}")
def received_on_route(context: Context, route: str) -> None:
    received = context.scene.primary.await_request(context.scene.last.sent.request_id)
    routes = values(received.headers, "x-route")
    assert routes == [route], f"the request arrived on route {' and '.join(routes)}, not {route}"


@then("the primary received exactly the request that was sent")
def received_unchanged(context: Context) -> None:
    sent = context.scene.last.sent
    found = differences(sent, context.scene.primary.await_request(sent.request_id))
    assert not found, told([str(each) for each in found])


@then('the primary received the request with the id "{request_id}"')
def received_with_id(context: Context, request_id: str) -> None:
    received = context.scene.primary.await_request(request_id)
    ids = values(received.headers, "x-request-id")
    assert ids == [request_id], f"the request arrived with the ids {brief(ids)}"


@then("the primary received {count:d} requests, each with an id of its own")
def received_with_ids(context: Context, count: int) -> None:
    wrong = answers.check_unique_ids(context.scene.primary.received(), count)
    assert not wrong, told(wrong)


@then("the primary received each request exactly once")
def received_exactly_once(context: Context) -> None:
    ids = [each.sent.request_id for each in context.scene.exchanges]
    wrong = answers.check_exactly_once(ids, context.scene.primary.received())
    assert not wrong, told(wrong)


@then('the primary received one client address, and it is not "{claimed}"')
def received_the_true_address(context: Context, claimed: str) -> None:
    received = context.scene.primary.await_request(context.scene.last.sent.request_id)
    addresses = values(received.headers, "x-forwarded-for")
    assert len(addresses) == 1, f"the primary received the addresses {brief(addresses)}"
    assert claimed not in addresses[0], f"the client's claim was passed on: {addresses[0]}"


@then("no service received the request")
@then("no service received the requests")
def no_service_received(context: Context) -> None:
    sentinel = context.scene.send(request("GET", "/api/v1")).sent
    context.scene.primary.await_request(sentinel.request_id)
    recorders = context.scene.recorders.values()
    arrived = [each for recorder in recorders for each in recorder.received()]
    others = [each for each in arrived if each.request_id != sentinel.request_id]
    assert not others, told([f"{each} arrived at the {each.service}" for each in others])


@when("the client sends requests to the edges of each route")
def client_tries_edges(context: Context) -> None:
    context.scene.send_in_turn(routing.to(routing.EDGES))


@when("the client sends requests to paths outside the routes")
def client_tries_beside(context: Context) -> None:
    context.scene.send_in_turn(routing.to(routing.BESIDE))


@when("the client sends requests with methods that their routes do not offer")
def client_tries_methods(context: Context) -> None:
    context.scene.send_in_turn(routing.refused())


@when("the client sends bodies of all kinds and sizes on route v3")
def client_tries_bodies(context: Context) -> None:
    context.scene.send_in_turn(routing.bodies())


@then("the primary received each on the route of its path")
def all_on_their_route(context: Context) -> None:
    wrong = routing.check_routes(context.scene)
    assert not wrong, told(wrong)


@then("the gateway refuses each of them as not found")
def all_refused(context: Context) -> None:
    wrong = routing.check_all_refused(context.scene.exchanges, 404)
    assert not wrong, told(wrong)


@then("the gateway itself refuses each of them")
def all_refused_somehow(context: Context) -> None:
    served = [each for each in context.scene.exchanges if each.status not in (404, 405)]
    assert not served, told([f"{each.sent}: not refused but {each.answer}" for each in served])


@then("the gateway refuses each of them and names the methods of its route")
def all_methods_refused(context: Context) -> None:
    wrong = routing.check_allowed_methods(context.scene.exchanges)
    assert not wrong, told(wrong)


@then("the primary received the {part:Part} of each request")
def parts_arrived(context: Context, part: tuple[Part, ...]) -> None:
    wrong = routing.check_arrivals(context.scene, *part)
    assert not wrong, told(wrong)


@then("the primary received {part:OtherPart} for some of the requests")
def parts_arrived_otherwise(context: Context, part: tuple[Part, ...]) -> None:
    assert routing.check_arrivals(context.scene, *part), "all requests came as they were sent"


@then("the primary received {count:d} requests without an id")
def received_without_ids(context: Context, count: int) -> None:
    received = context.scene.primary.received()
    named = [each for each in received if each.request_id]
    assert not named, f"{len(named)} requests have an id, such as {named[0].request_id}"
    assert len(received) == count, f"{len(received)} requests arrived, not {count}"


@then("each answer names the gateway's software, and none its version")
def answers_tell_the_name(context: Context) -> None:
    name = context.scene.gateway.name.lower()
    wrong = answers.check_software_named(context.scene.exchanges, name)
    assert not wrong, told(wrong)


@then("the gateway refuses the request as not found")
def refused_as_not_found(context: Context) -> None:
    wrong = answers.check_refusal(context.scene.last, 404)
    assert not wrong, told(wrong)


@then("the gateway refuses the method and allows {allowed}")
def refused_method(context: Context, allowed: str) -> None:
    wrong = answers.check_refusal(context.scene.last, 405, allowed)
    assert not wrong, told(wrong)
