"""Steps about answers that come piece by piece, and what of HTTP/1 few clients use."""

from behave import then, when
from behave.runner import Context

from features.support.checks import resource_usage, streaming
from features.support.telling import told


@when("the primary sends {count:d} events, one every {pause:g} seconds, on v1 and v3")
def primary_sends_events(context: Context, count: int, pause: float) -> None:
    context.heard = streaming.listen(context.scene, count, pause)


@then("the client got each of {count:d} events within {within:g} seconds")
def client_got_events(context: Context, count: int, within: float) -> None:
    wrong = streaming.check_events(context.heard, count, within)
    assert not wrong, told(wrong)


@then("{count:d} events on v1 came at the end, and on v3 within {within:g} seconds")
def client_got_events_at_the_end(context: Context, count: int, within: float) -> None:
    on_v1, on_v3 = context.heard
    wrong = streaming.check_gathered(on_v1, on_v3, count, within)
    assert not wrong, told(wrong)


@when("clients on v1 and v3 send a body only once they are told to continue")
def clients_wait_to_be_told(context: Context) -> None:
    streaming.send_once_told(context.scene)


@then("no small one of these bodies has a copy")
def small_ones_have_no_copy(context: Context) -> None:
    found = streaming.copied_small(context.scene)
    assert not found, f"{len(found)} small bodies have a copy, the first: {found[0]}"


@when("the primary answers with {size:d} MB, which a client on v1 reads after {pause:d} seconds")
def primary_answers_at_length(context: Context, size: int, pause: int) -> None:
    context.used = resource_usage.at_rest(context.scene)
    streaming.send_to_read_late(context.scene, size, pause)


@then("the client got all {size:d} MB")
def client_got_all(context: Context, size: int) -> None:
    wrong = streaming.check_size(context.scene, size)
    assert not wrong, told(wrong)


@when("the primary sends early hints before its answers on v1 and v3")
def primary_sends_hints(context: Context) -> None:
    context.hints = streaming.send_for_hints(context.scene)


@then("clients on v1 got the same hints and answers as those on v3")
def same_hints(context: Context) -> None:
    wrong = streaming.check_hints(context.hints)
    assert not wrong, told(wrong)


@then("clients on v3 got early hints, and clients on v1 none")
def hints_on_v3_alone(context: Context) -> None:
    wrong = streaming.check_hints_kept_back(context.hints)
    assert not wrong, told(wrong)


@when("clients on v1 and v3 send {count:d} requests in one go")
def clients_pipeline(context: Context, count: int) -> None:
    streaming.send_pipelined(context.scene, count)


@when("clients of HTTP/1.0 send requests on v1 and v3")
def clients_of_1_0(context: Context) -> None:
    streaming.send_as_1_0(context.scene)
