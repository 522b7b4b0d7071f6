"""Steps about headers that the gateway sets."""

from behave import then, when
from behave.runner import Context

from features.support.checks import gateway_headers
from features.support.checks.answers import check_refusal
from features.support.telling import told


@when("a client names the headers that the gateway sets in Connection")
def client_names_headers(context: Context) -> None:
    gateway_headers.name_in_connection(context.scene)


@then("the copy tells the client's address as the primary's request does")
def copy_tells_the_address(context: Context) -> None:
    wrong = gateway_headers.check_address(context.scene)
    assert not wrong, told(wrong)


@then("the gateway refuses it as malformed")
def named_headers_are_refused(context: Context) -> None:
    wrong = check_refusal(context.scene.last, 400)
    assert not wrong, told(wrong)


@when("the client sends headers that belong to its connection")
def client_sends_headers_of_its_connection(context: Context) -> None:
    gateway_headers.send_connection_headers(context.scene)


@then("the copy has none of them")
def copy_has_no_headers_of_the_connection(context: Context) -> None:
    found = gateway_headers.connection_headers(context.scene)
    assert not found, f"the copy has headers of the client's connection: {found}"


@then("the copy has a header that Connection names")
def copy_has_a_named_header(context: Context) -> None:
    found = gateway_headers.connection_headers(context.scene)
    assert gateway_headers.NAMED in found, f"the copy has: {found}; the limit is no more"
