"""Steps in which services start one by one, are restarted, or refuse to start."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import latency, losses
from features.support.operator import changes, config_mistakes, restarts
from features.support.telling import told
from features.support.wire.stream import Stream


@given(
    "the gateway was started before its mirroring tool and the shadow, and got {count:d} requests"
)
def gateway_was_started_first(context: Context, count: int) -> None:
    for service in restarts.followers(context.scene):
        context.add_cleanup(context.scene.restore, service)
    restarts.start_alone(context.scene, count)


@given("an operator has set the share of route v2 to an invalid value")
def operator_mistakes(context: Context) -> None:
    context.scene.change(changes.invalid_share(context.scene))


@when("the mirroring tool is started next, and the shadow last")
def followers_start(context: Context) -> None:
    for service in restarts.followers(context.scene):
        context.scene.stack.restore(service)


@when("an operator loads a mirroring configuration with {mistake:MirroringMistake}")
def operator_loads(context: Context, mistake: str) -> None:
    context.answer = config_mistakes.load(context.scene, mistake)


@then("it is refused, and the message names the place of the mistake")
def mistake_is_refused(context: Context) -> None:
    wrong = context.answer.check_located_refusal()
    assert not wrong, told(wrong)


@when("the mirroring tool is restarted while clients send requests on v1 without a pause")
def tool_is_restarted(context: Context) -> None:
    context.restarted, context.counted = True, losses.noted(context.scene)
    stream = Stream(context.scene.entry, "/api/v1")
    context.add_cleanup(stream.stop)
    restarts.restart_tool(context.scene, stream)


@when("{count:d} bodies of 40 KB are sent while the tool is frozen, then {after:d} requests")
def tool_freezes(context: Context, count: int, after: int) -> None:
    context.restarted, context.counted = False, losses.noted(context.scene)
    restarts.freeze_tool(context.scene, count, after)


@then("copies were lost")
def copies_were_lost(context: Context) -> None:
    context.scene.account(len(context.scene.exchanges))
    assert losses.without_copy(context.scene) > 0, "no copy was lost: every request has one"


@then("each request without a copy was counted as lost")
def losses_are_counted(context: Context) -> None:
    loss = losses.counted(context.scene, context.counted, restarted=context.restarted)
    wrong = losses.check_all_counted(context.scene, loss)
    assert not wrong, told(wrong)


@then("copies were lost, and no figure counts them")
def losses_are_not_counted(context: Context) -> None:
    loss = losses.counted(context.scene, context.counted, restarted=context.restarted)
    wrong = losses.check_uncounted(context.scene, loss)
    assert not wrong, told(wrong)


@then(
    "{least:d} to {most:d} requests were broken off, or answered after {soon:g} to {late:g} seconds"
)
def few_suffered(context: Context, least: int, most: int, soon: float, late: float) -> None:
    wrong = latency.check_interruptions(context.scene.exchanges, range(least, most + 1), soon, late)
    assert not wrong, told(wrong)
