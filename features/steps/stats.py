"""Steps that read the gateway's figures."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import stats_delta
from features.support.gateways.stats import ROUTES, SERVERS, WRONG
from features.support.telling import brief, told
from features.support.wire.client import request
from features.support.wire.payloads import filled


@given("the figures have been noted")
def figures_are_noted(context: Context) -> None:
    context.noted = context.scene.stats.routes()


@when("an operator opens the page with the figures")
def operator_opens_the_page(context: Context) -> None:
    context.page = context.scene.stats.read("page")


@then("the page shows the routes v1, v2 and v3")
def page_shows_routes(context: Context) -> None:
    absent = [route for route, proxy in ROUTES.items() if proxy not in context.page]
    assert not absent, f"not on the page: {brief(absent)}"


@then("the page shows the primary and the shadow")
def page_shows_services(context: Context) -> None:
    absent = [name for name, server in SERVERS.items() if "/".join(server) not in context.page]
    assert not absent, f"not on the page: {brief(absent)}"


@then("the figures of route {route:Route} grew by {total:d} requests and {good:d} successes")
def figures_grew(context: Context, route: str, total: int, good: int) -> None:
    grown = stats_delta.settled(context.scene.stats, context.noted, route, total)
    assert (grown.requests, grown.successes) == (total, good), f"they grew by {grown}"


@then("the figures of route {route:Route} grew by {total:d} requests and {bad:d} server errors")
def figures_grew_by_errors(context: Context, route: str, total: int, bad: int) -> None:
    grown = stats_delta.settled(context.scene.stats, context.noted, route, total)
    assert (grown.requests, grown.server_errors) == (total, bad), f"they grew by {grown}"


@then("the figures of every route but {route:Route} did not change")
def others_did_not_change(context: Context, route: str) -> None:
    changed = stats_delta.check_unchanged(context.scene.stats, context.noted, route)
    assert not changed, f"the figures of {brief(changed)} changed, too"


@given("the client sent {count:d} bodies of {size:d} bytes on route {route:Route}")
def client_sent_bodies(context: Context, count: int, size: int, route: str) -> None:
    sent = [request("POST", f"/api/{route}", body=filled(size)) for _ in range(count)]
    context.before = stats_delta.batch(context.scene, route, sent)


@when("the client sends {count:d} bodies of {size:d} bytes on route {route:Route}")
def client_sends_bodies(context: Context, count: int, size: int, route: str) -> None:
    sent = [request("POST", f"/api/{route}", body=filled(size)) for _ in range(count)]
    context.after = stats_delta.batch(context.scene, route, sent)


@given("the primary sent {count:d} answers of {size:d} bytes on route {route:Route}")
def primary_sent_answers(context: Context, count: int, size: int, route: str) -> None:
    context.scene.primary.misbehave(answer_bytes=size)
    sent = [request("GET", f"/api/{route}") for _ in range(count)]
    context.before = stats_delta.batch(context.scene, route, sent)


@when("the primary sends {count:d} answers of {size:d} bytes on route {route:Route}")
def primary_sends_answers(context: Context, count: int, size: int, route: str) -> None:
    context.scene.primary.misbehave(answer_bytes=size)
    sent = [request("GET", f"/api/{route}") for _ in range(count)]
    context.after = stats_delta.batch(context.scene, route, sent)


@then("the incoming bytes of route {route:Route} grew by {more:d} more than before")
def incoming_bytes_grew(context: Context, route: str, more: int) -> None:
    before, after = context.before.bytes_in, context.after.bytes_in
    assert after - before == more, f"route {route} counted {before}, then {after} bytes"


@then("the outgoing bytes of route {route:Route} grew by {more:d} more than before")
def outgoing_bytes_grew(context: Context, route: str, more: int) -> None:
    before, after = context.before.bytes_out, context.after.bytes_out
    assert after - before == more, f"route {route} counted {before}, then {after} bytes"


@then("Prometheus and the CSV agree on the requests, successes and bytes of every route")
def prometheus_agrees(context: Context) -> None:
    found = stats_delta.check_agreement(context.scene.stats)
    assert not found, told(found)


@when("a client asks for the figures as {form:Form} with {credentials:Credentials}")
def client_asks_for_figures(context: Context, form: str, credentials: str) -> None:
    if context.scene.stack.credentials is None:
        context.scenario.skip("everybody may read these figures: -D stats_user is not set")
        return
    context.refusal = context.scene.stats.get(form, WRONG[credentials])


@then("the figures are refused")
def figures_are_refused(context: Context) -> None:
    answer = context.refusal
    assert answer.status_code == 401, f"the status is {answer.status_code}, not 401"
    assert "api_v1" not in answer.text, "the refusal shows the figures"
