"""Steps about credentials, which are for the primary alone."""

from behave import then, when
from behave.runner import Context

from features.support.checks import secrets
from features.support.telling import told


@when("requests with credentials are served, refused, too large, and broken off")
def credentials_go_all_ways(context: Context) -> None:
    context.secret = secrets.new()
    secrets.send_in_all_ways(context.scene, context.secret)


@then("credentials stand in no log of the gateway or of what runs beside it")
def no_log_has_credentials(context: Context) -> None:
    context.add_cleanup(context.scene.restore, context.scene.in_front.front)
    wrong = secrets.check_logs(context.scene, context.secret)
    assert not wrong, told(wrong)


@when("the client sends bodies in chunks, with credentials in their trailers")
def credentials_in_trailers(context: Context) -> None:
    secrets.send_in_trailers(context.scene, secrets.new())


@then("some were copied, and no copy has credentials in headers or trailers")
def no_copy_has_credentials(context: Context) -> None:
    wrong = secrets.check_trailers(context.scene)
    assert not wrong, told(wrong)
