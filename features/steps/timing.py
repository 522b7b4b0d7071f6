"""Steps about when a copy leaves, and who waits for what meanwhile."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import answers, resource_usage, timing
from features.support.operator import outage_requests, workarounds


@given("the primary answers {seconds:d} second late")
@given("the primary answers {seconds:d} seconds late")
def primary_is_late(context: Context, seconds: int) -> None:
    context.scene.misbehave("primary", delay=seconds, prefix="/api")


@then("the copy left before the primary answered")
def copy_left_at_once(context: Context) -> None:
    lead = timing.lead_of_copy(context.scene)
    assert lead > 0, f"the copy arrived {-lead:.3f} s after the primary had answered"


@then("the copy left after the primary had answered")
def copy_left_late(context: Context) -> None:
    lead = timing.lead_of_copy(context.scene)
    assert lead <= timing.UNSURE, f"the copy arrived {lead:.3f} s before the primary answered"


@when("{count:d} clients send bodies of {size:d} MB on route v1 at the same moment")
def clients_send_bodies(context: Context, count: int, size: int) -> None:
    context.used = resource_usage.at_rest(context.scene)
    context.scene.send_at_once(timing.uploads(count, size))


@then("memory of gateway and tool has grown by {least:d} MB at least")
def memory_has_grown(context: Context, least: int) -> None:
    grown = resource_usage.since(context.scene, context.used)
    assert grown.memory >= least, grown


@when("the client sends a few requests on v1, on new connections and on one that it keeps")
def client_sends_a_few(context: Context) -> None:
    outage_requests.few_requests(context.scene)


@then("only those that came later on a connection were late, and by {seconds:d} seconds at most")
def later_ones_are_late(context: Context, seconds: int) -> None:
    wrong = answers.not_all_from_the_primary(context.scene.exchanges)
    wrong += outage_requests.not_only_later_ones_late(context.scene.exchanges, seconds)
    assert not wrong, "\n".join(wrong)


@given("an operator lets it close connections on mirrored routes")
def operator_lets_close(context: Context) -> None:
    change = workarounds.close_connections(context.scene)
    context.add_cleanup(lambda: next(change, None))
    next(change)


@when(
    "the client sends a body of {size:d} MB on route v1, "
    "and then a request that may take {seconds:d} second"
)
def client_sends_body_and_request(context: Context, size: int, seconds: int) -> None:
    timing.upload_and_ask(context.scene, size, patience=seconds)


@then("the body was answered by the primary within {seconds:d} seconds, and the request was not")
def body_was_answered(context: Context, seconds: int) -> None:
    body, after = context.scene.exchanges
    wrong = answers.not_from_the_primary(body) + answers.not_within(body, seconds)
    assert not wrong, "\n".join(wrong)
    assert "timed out" in str(after.answer), after.answer
