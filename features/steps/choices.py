"""Steps about what an operator chooses of the copies."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import choices
from features.support.telling import told


@given("an operator mirrors GET and HEAD requests of route v1 alone")
def operator_mirrors_safe_methods(context: Context) -> None:
    choices.choose(context.scene, "safe methods")


@given("an operator gives copies the shadow's own host")
def operator_gives_copies_a_host(context: Context) -> None:
    choices.choose(context.scene, "another host")


@given("an operator takes trace headers out of copies")
def operator_takes_out_trace_headers(context: Context) -> None:
    choices.choose(context.scene, "no traces")


@when("the client sends {count:d} requests with trace headers on route v1")
def client_sends_trace_headers(context: Context, count: int) -> None:
    context.scene.send_in_turn(choices.traced(count))


@then("exactly the GET and HEAD requests were copied")
def only_safe_methods_were_copied(context: Context) -> None:
    wrong = choices.check_only_safe_copied(context.scene)
    assert not wrong, told(wrong)


@then("copies are for the shadow's host, and the primary's requests for the client's")
def copies_are_for_the_shadows_host(context: Context) -> None:
    wrong = choices.check_hosts(context.scene)
    assert not wrong, told(wrong)


@then("copies have no trace headers, and the primary's requests those of the client")
def copies_have_no_trace_headers(context: Context) -> None:
    wrong = choices.check_traces(context.scene)
    assert not wrong, told(wrong)
