"""Steps that look at what the primary and the client notice of the mirroring."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import primary
from features.support.telling import told
from features.support.wire import request_sets


@given("the primary {failure:PrimaryFailure}")
def primary_fails(context: Context, failure: str) -> None:
    context.failure = failure
    context.add_cleanup(primary.mend, context.scene)
    context.scene.misbehave("primary", **primary.FAILURES[failure].faults)


@when("the client sends requests on the mirrored route v1 and on v3")
def client_asks_on_both(context: Context) -> None:
    primary.ask_on_both(context.scene)


@then("each of them failed for the client, alike on v1 and v3")
def failed_alike(context: Context) -> None:
    wrong = primary.check_same_failure(context.scene.exchanges)
    assert not wrong, told(wrong)


@then("each on v1 got an empty answer with status 200")
def succeeded_emptily(context: Context) -> None:
    wrong = primary.check_empty_successes(context.scene.exchanges)
    assert not wrong, told(wrong)


@then("the primary really failed")
def primary_really_failed(context: Context) -> None:
    wrong = primary.check_failure(context.scene, context.failure)
    assert not wrong, told(wrong)


@when("the client sends 1 MB on route v1 with a pause in the middle")
def client_pauses(context: Context) -> None:
    context.arrived = primary.upload_with_pause(context.scene)


@then("the primary had received the first part before the client sent the rest")
def first_part_had_arrived(context: Context) -> None:
    had = context.arrived
    assert had >= primary.A_PART, f"{had} bytes had arrived, fewer than {primary.A_PART}"


@then("the primary had received nothing before the client sent the rest")
def nothing_had_arrived(context: Context) -> None:
    assert context.arrived == 0, f"{context.arrived} bytes had arrived already"


@then("the primary received them over {most:d} connections at most")
def primary_has_few_connections(context: Context, most: int) -> None:
    used = primary.connections(context.scene)
    assert 0 < used <= most, f"they came over {used} connections, not 1 to {most}"


@then("the primary received each of them over a connection of its own")
def primary_has_a_connection_each(context: Context) -> None:
    used, sent = primary.connections(context.scene), len(context.scene.exchanges)
    assert used == sent, f"{sent} requests came over {used} connections"


@then("none of these connections stays open")
def connections_are_closed(context: Context) -> None:
    primary.await_closed_connections(context.scene)


@when("the client sends GET and POST requests, every second of which fails")
def client_sends_failing(context: Context) -> None:
    context.scene.send_in_turn(request_sets.half_failing(12))


@then("every second request failed for the client")
def every_second_failed(context: Context) -> None:
    wrong = primary.check_failing(context.scene.exchanges)
    assert not wrong, told(wrong)


@then("every second request got an empty answer with status 200")
def every_second_is_empty(context: Context) -> None:
    wrong = primary.check_failing_hidden(context.scene.exchanges)
    assert not wrong, told(wrong)


@then("the primary received a failing GET request twice, and no other")
def gets_came_twice(context: Context) -> None:
    wrong = primary.check_repeated_gets(context.scene)
    assert not wrong, told(wrong)
