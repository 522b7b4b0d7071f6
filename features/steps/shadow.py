"""Steps that look at what the shadow received."""

from behave import then
from behave.runner import Context

from features.support.checks.absence import await_sentinel


@then("nothing reached the shadow")
def shadow_received_only_the_sentinel(context: Context) -> None:
    sentinel = await_sentinel(context.scene.shadow)
    copies = [each for each in context.scene.shadow.received() if each.request_id != sentinel]
    assert not copies, f"{len(copies)} requests reached the shadow, the first: {copies[0]}"
