"""Steps about paths that can be read in two ways."""

from behave import then, when
from behave.runner import Context

from features.support.checks import paths
from features.support.telling import told


@when("the client writes the paths of routes v1 and v3 in unusual ways")
def client_writes_paths(context: Context) -> None:
    context.scene.send_in_turn(paths.ambiguous())


@then("exactly what arrived on route v1 was copied")
def v1_was_copied(context: Context) -> None:
    wrong = paths.check_copied(context.scene)
    assert not wrong, told(wrong)


@then("only requests on route v1 arrived with a method of v1")
def methods_are_of_the_route(context: Context) -> None:
    wrong = paths.check_methods(context.scene)
    assert not wrong, told(wrong)
