"""Steps in which the shadow or the mirroring tool fails."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import answers, copies, latency, resource_usage
from features.support.operator import faults, tools
from features.support.telling import told
from features.support.waiting import eventually
from features.support.wire import request_sets
from features.support.wire.client import ClientTimeoutError, request
from features.support.wire.payloads import filled


@given("the shadow {failure:Failure}")
def shadow_fails(context: Context, failure: str) -> None:
    context.failure = failure
    context.add_cleanup(faults.end, context.scene, failure)
    faults.begin(context.scene, failure)


@given("the shadow {failure:Failure} once gateway and tool are at rest")
def shadow_fails_then(context: Context, failure: str) -> None:
    # Before, because a gateway that asks for the shadow's health soon sends no more copies.
    context.used = resource_usage.at_rest(context.scene)
    shadow_fails(context, failure)


@given("the shadow reads slowly")
def shadow_reads_slowly(context: Context) -> None:
    context.scene.misbehave("shadow", read_rate=200_000)


@given("the shadow refused connections while {count:d} requests were sent")
def shadow_refused(context: Context, count: int) -> None:
    context.scene.misbehave("shadow", refuse=True)
    context.scene.send_in_turn(request("GET", "/api/v1") for _ in range(count))


@when("the shadow accepts connections again")
def shadow_accepts(context: Context) -> None:
    context.scene.misbehave("shadow")


@when("the shadow accepts connections again and {count:d} requests are sent")
def shadow_accepts_and_gets(context: Context, count: int) -> None:
    context.scene.misbehave("shadow")
    context.scene.send_in_turn(request("GET", "/api/v1") for _ in range(count))


@given("the mirroring tool was stopped")
def tool_was_stopped(context: Context) -> None:
    service = tools.tool(context.scene)
    context.add_cleanup(context.scene.restore, service)
    context.scene.stop(service)


@given("the mirroring tool was frozen")
def tool_was_frozen(context: Context) -> None:
    service = tools.tool(context.scene)
    context.add_cleanup(context.scene.stack.resume, service)
    context.scene.pause(service)


@when("the mirroring tool is started again")
def tool_starts(context: Context) -> None:
    context.scene.stack.restore(tools.tool(context.scene))


@when("the client sends bodies of 10 MB on v1 and v3")
def client_uploads(context: Context) -> None:
    sent = [request("POST", f"/api/{route}", body=filled(10 << 20)) for route in ("v1", "v3")]
    context.scene.send_in_turn(sent, timeout=5)  # who waits for longer has shown it by then


@when("the client sends a request on route v1 and gives up after {seconds:d} second")
def client_gives_up(context: Context, seconds: int) -> None:
    context.scene.send(request("GET", "/api/v1"), timeout=seconds)


@then("the client got no answer in that time")
def client_got_nothing(context: Context) -> None:
    answer = context.scene.last.answer
    assert isinstance(answer, ClientTimeoutError), told(f"the client got: {answer}")


@then("each was answered by the primary within {seconds:g} seconds")
def answered_in_time(context: Context, seconds: float) -> None:
    wrong = answers.check_answers(context.scene.exchanges)
    wrong += latency.check_durations(context.scene.exchanges, seconds)
    assert not wrong, told(wrong)


@then("each was answered by the primary, {least:d} to {most:d} after {soon:g} to {late:g} seconds")
def few_were_late(context: Context, least: int, most: int, soon: float, late: float) -> None:
    few = range(least, most + 1)
    wrong = answers.check_answers(context.scene.exchanges)
    wrong += latency.check_interruptions(context.scene.exchanges, few, soon, late)
    assert not wrong, told(wrong)


@then("the shadow really failed")
def failure_was_real(context: Context) -> None:
    wrong = faults.check_failure(context.scene, context.failure)
    assert not wrong, told(wrong)


@then("each was answered by the primary while the shadow really failed")
def served_while_the_shadow_failed(context: Context) -> None:
    wrong = answers.check_answers(context.scene.exchanges)
    wrong += faults.check_failure(context.scene, context.failure)
    assert not wrong, told(wrong)


@then("each was answered within {seconds:g} seconds while the shadow really failed")
def served_in_time_while_the_shadow_failed(context: Context, seconds: float) -> None:
    wrong = latency.check_durations(context.scene.exchanges, seconds)
    assert not wrong, told(wrong)
    served_while_the_shadow_failed(context)


@then("the shadow is still reading")
def shadow_still_reads(context: Context) -> None:
    eventually(
        context.scene.copies,
        until=lambda arrived: [each.state for each in arrived] == ["receiving"],
        within=5,
        what="an upload to the shadow that is not at its end",
    )


@then("nothing is mirrored while the tool is away")
def nothing_is_mirrored(context: Context) -> None:
    arrived = context.scene.copies()
    assert not arrived, f"{len(arrived)} copies arrived: the tool was not away"


@then("copies of new requests arrive within {seconds:d} seconds")
def copies_flow(context: Context, seconds: int) -> None:
    copies.await_flow(context.scene, seconds)


@when("the client sends a request with a marker of its own")
def client_forges(context: Context) -> None:
    context.scene.send(request("GET", "/api/v1", (("X-Mirrored-By", "me"),)))


@when("a copy comes back to the gateway")
def copy_comes_back(context: Context) -> None:
    marker = (("X-Mirrored-By", context.scene.stack.marker),)
    context.scene.send(request("GET", "/api/v1", marker))


@when("a copy comes back from a gateway with another secret")
def copy_comes_back_marked_anew(context: Context) -> None:
    context.scene.send(copies.marked_anew(context.scene))


@when("headers of requests on v3 ask for a copy and for another shadow")
def client_asks_for_copies(context: Context) -> None:
    context.scene.send_in_turn(request_sets.demanding())


@when("{count:d} requests each are sent on v1 and v3, by one client and by {clients:d}")
def requests_are_compared(context: Context, count: int, clients: int) -> None:
    context.compared = latency.compare_routes(context.scene, count, clients)


@then("each was answered by the primary, on v1 as fast as on v3")
def routes_are_as_fast(context: Context) -> None:
    wrong = answers.check_answers(context.scene.exchanges)
    wrong += latency.check_as_fast(context.compared)
    assert not wrong, told(wrong)
