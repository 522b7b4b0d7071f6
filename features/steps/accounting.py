"""Steps that read what a way of mirroring counts itself."""

from behave import then, when
from behave.runner import Context

from features.support.checks import accounting, resource_usage
from features.support.telling import told
from features.support.wire.client import request


@then("the way of mirroring counts {count:d} requests as cut")
def counted_as_cut(context: Context, count: int) -> None:
    account = context.scene.account()
    cut = account.dropped.get("cut", 0)
    assert cut == count, f"{cut} requests are counted as cut, not {count}: {account}"


@then("each request was copied whole, or counted as incomplete")
def copied_or_counted(context: Context) -> None:
    wrong = accounting.check_copied_or_counted(context.scene, "incomplete")
    assert not wrong, told(wrong)


@then("the way of mirroring accounts for {count:d} requests")
def accounts_for(context: Context, count: int) -> None:
    wrong = accounting.check_accounted_for(context.scene, count)
    assert not wrong, told(wrong)


@then("it counts as sent exactly the copies that the shadow received")
def sent_is_received(context: Context) -> None:
    sent = context.scene.account().sent
    arrived = len(context.scene.copies())
    assert sent == arrived, f"{sent} copies are counted as sent, {arrived} arrived"


@then("neither a figure nor the log tells of the copies that were sent")
def nothing_is_counted(context: Context) -> None:
    wrong = accounting.check_uncounted(context.scene)
    assert not wrong, told(wrong)


@then("every request was copied exactly once")
def every_request_was_copied(context: Context) -> None:
    wrong = accounting.check_losses(context.scene, 0)
    assert not wrong, told(wrong)


@when('the client sends {count:d} requests to "{target:Target}" as fast as it can')
def client_sends_fast(context: Context, count: int, target: str) -> None:
    context.used = resource_usage.at_rest(context.scene)
    context.scene.send_in_turn(request("GET", target) for _ in range(count))


@then("gateway and tool grew by at most {memory:d} MB of memory and {files:d} open files")
def growth_is_bounded(context: Context, memory: int, files: int) -> None:
    grown = resource_usage.since(context.scene, context.used)
    assert context.used.memory > 1, f"memory could not be measured: {context.used}"
    assert grown.memory <= memory, f"they grew by {grown}, more than {memory} MB"
    assert grown.files <= files, f"they grew by {grown}, more than {files} files"
