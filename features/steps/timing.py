"""Steps about when a copy leaves, and who waits for what meanwhile."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import answers, latency, resource_usage, timing
from features.support.operator import changes, restarts
from features.support.telling import told
from features.support.wire.client import ClientTimeoutError


@given("the primary answers {seconds:d} second late")
@given("the primary answers {seconds:d} seconds late")
def primary_is_late(context: Context, seconds: int) -> None:
    context.scene.misbehave("primary", delay=seconds, prefix="/api")


@then("the copy left before the primary answered")
def copy_left_at_once(context: Context) -> None:
    lead = timing.lead_of_copy(context.scene)
    assert lead > timing.UNSURE, f"the copy arrived {lead:.3f} s before the primary's answer left"


@then("the copy left after the primary had answered")
def copy_left_late(context: Context) -> None:
    lead = timing.lead_of_copy(context.scene)
    assert lead <= timing.UNSURE, f"the copy arrived {lead:.3f} s before the primary's answer left"


@given("gateway and tool have just been started")
def just_started(context: Context) -> None:
    restarts.start_afresh(context.scene)


@when("{count:d} clients send bodies of {size:d} MB on route v1 at the same moment")
def clients_send_bodies(context: Context, count: int, size: int) -> None:
    context.used = resource_usage.at_rest(context.scene)
    context.scene.send_at_once(timing.uploads(count, size))


@then("gateway and tool grew by at least {least:d} MB of memory")
def memory_has_grown(context: Context, least: int) -> None:
    grown = resource_usage.since(context.scene, context.used)
    assert grown.memory >= least, f"they grew by {grown} only, not by {least} MB"


@then("on v1 only later requests on a connection were late, by {seconds:d} seconds at most")
def later_ones_are_late(context: Context, seconds: int) -> None:
    wrong = answers.check_answers(context.scene.exchanges)
    wrong += latency.check_only_later_delayed(context.compared, seconds)
    assert not wrong, told(wrong)


@given("an operator has disabled keep-alive on mirrored routes")
def operator_lets_close(context: Context) -> None:
    context.scene.change(changes.workaround(context.scene))


@when("the client uploads {size:d} MB on v1, then gives a request {seconds:d} second")
def client_sends_body_and_request(context: Context, size: int, seconds: int) -> None:
    timing.upload_and_ask(context.scene, size, patience=seconds)


@then("the upload was answered within {seconds:d} seconds, and the request was not")
def body_was_answered(context: Context, seconds: int) -> None:
    body, after = context.scene.exchanges
    wrong = answers.check_answer(body) + answers.check_duration(body, seconds)
    assert not wrong, told(wrong)
    lost = isinstance(after.answer, ClientTimeoutError)
    assert lost, told(f"the request after it got: {after.answer}")
