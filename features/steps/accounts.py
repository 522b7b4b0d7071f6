"""Steps that read what a way of mirroring counts itself."""

from behave import then
from behave.runner import Context

from features.support import reckoning


@then("the way of mirroring counts {count:d} requests as cut")
def counted_as_cut(context: Context, count: int) -> None:
    account = reckoning.settled(context.scene)
    assert account.dropped.get("cut") == count, account


@then("each request was copied whole, or counted as incomplete")
def copied_or_counted(context: Context) -> None:
    wrong = reckoning.not_copied_or_counted(context.scene, "incomplete")
    assert not wrong, "\n".join(wrong)
