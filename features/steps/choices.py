"""Steps about what an operator chooses of the copies."""

from behave import given, then
from behave.runner import Context

from features.support.checks import choices
from features.support.telling import told


@given("an operator mirrors GET and HEAD requests of route v1 alone")
def operator_mirrors_safe_methods(context: Context) -> None:
    choices.choose(context.scene, "safe methods")


@given("an operator gives copies the shadow's own host")
def operator_gives_copies_a_host(context: Context) -> None:
    choices.choose(context.scene, "another host")


@then("exactly the GET and HEAD requests were copied")
def only_safe_methods_were_copied(context: Context) -> None:
    wrong = choices.check_only_safe_copied(context.scene)
    assert not wrong, told(wrong)


@then("copies are for the shadow's host, and the primary's requests for the client's")
def copies_are_for_the_shadows_host(context: Context) -> None:
    wrong = choices.check_hosts(context.scene)
    assert not wrong, told(wrong)
