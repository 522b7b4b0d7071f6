"""Steps in which clients send requests and look at their answers."""

from behave import then, when
from behave.runner import Context

from features.support.checks import answers
from features.support.telling import told
from features.support.wire.client import request
from features.support.wire.payloads import HEADERS, Body


@when('the client sends a {method:Method} request to "{target:Target}"')
def client_sends(context: Context, method: str, target: str) -> None:
    context.scene.send(request(method, target))


@when('the client sends a {method:Method} request to "{target:Target}" with {body:Body}')
def client_sends_a_body(context: Context, method: str, target: str, body: Body) -> None:
    sent = request(method, target, body.headers, body.content, chunked=body.chunked)
    context.scene.send(sent)


@when("the client sends a request with {headers:Headers}")
def client_sends_headers(context: Context, headers: str) -> None:
    context.scene.send(request("GET", "/api/v1", HEADERS[headers]))


@when('the client sends a GET request to "{target:Target}" with the id "{request_id}"')
def client_sends_its_own_id(context: Context, target: str, request_id: str) -> None:
    own = (("X-Request-Id", request_id),)
    context.scene.send(request("GET", target, own, with_id=False))


@when('the client sends {count:d} requests to "{target:Target}"')
def client_sends_many(context: Context, count: int, target: str) -> None:
    context.scene.send_in_turn(request("GET", target) for _ in range(count))


@when('the client sends {count:d} requests to "{target:Target}" without an id')
def client_sends_without_id(context: Context, count: int, target: str) -> None:
    context.scene.send_in_turn(request("GET", target, with_id=False) for _ in range(count))


@when('the client sends a request that claims to come from "{address}"')
def client_claims_an_address(context: Context, address: str) -> None:
    context.scene.send(request("GET", "/api/v1", (("X-Forwarded-For", address),)))


@when("the client sends a request on route {route:Route} that claims to be on route {claim:Route}")
def client_claims_a_route(context: Context, route: str, claim: str) -> None:
    context.scene.send(request("GET", f"/api/{route}", (("X-Route", claim),)))


@when("the client sends a request that is served and two that are refused")
def client_asks_for_all_kinds(context: Context) -> None:
    for method, target in (("GET", "/api/v1"), ("GET", "/absent"), ("TRACE", "/api/v1")):
        context.scene.send(request(method, target))


@when('{count:d} clients send a request to "{target:Target}" at the same moment')
def clients_send_at_once(context: Context, count: int, target: str) -> None:
    context.scene.send_at_once([request("GET", target) for _ in range(count)])


@then("the client gets the primary's answer")
def client_gets_the_primarys_answer(context: Context) -> None:
    wrong = answers.check_answer(context.scene.last)
    assert not wrong, told(wrong)


@then("the client gets the primary's answer to each of them")
@then("each of them gets the primary's answer to its own request")
def each_gets_the_primarys_answer(context: Context) -> None:
    wrong = answers.check_answers(context.scene.exchanges)
    assert not wrong, told(wrong)


@then("at least {share:d} % of them get the primary's answer")
def most_get_the_primarys_answer(context: Context, share: int) -> None:
    exchanges = context.scene.exchanges
    served = [each for each in exchanges if not answers.check_answer(each)]
    assert len(served) * 100 >= share * len(exchanges), (
        f"{len(served)} of {len(exchanges)} clients were served"
    )


@then("no answer names the gateway's software or a version")
def answers_tell_nothing(context: Context) -> None:
    lost = answers.unanswered(context.scene.exchanges)
    assert not lost, told([f"there was no answer to {each}" for each in lost])
    telltale = answers.check_software_hidden(context.scene.exchanges)
    assert not telltale, told(telltale)
