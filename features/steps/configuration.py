"""Steps of an operator who checks and changes the gateway's configuration."""

from functools import partial

from behave import given, then, when
from behave.runner import Context

from features.support.checks import answers, reloads
from features.support.operator import config_check, live_edits
from features.support.telling import told
from features.support.waiting import eventually
from features.support.wire.stream import Stream


@when("an operator checks the running configuration")
def operator_checks(context: Context) -> None:
    context.verdict = config_check.check_running(context.scene)


@when("an operator starts a gateway configured with {mistake:Mistake}")
def operator_starts_with_a_mistake(context: Context, mistake: str) -> None:
    context.verdict = config_check.start_with(context.scene, mistake)


@when("an operator checks a configuration that asks HAProxy to mirror")
def operator_asks_to_mirror(context: Context) -> None:
    context.verdict = config_check.check_with(context.scene, "the wish to mirror")


@when("an operator lists every directive that HAProxy has registered")
def operator_lists_directives(context: Context) -> None:
    context.directives = config_check.directives(context.scene)


@then("the configuration is accepted without a warning")
def configuration_is_accepted(context: Context) -> None:
    wrong = context.verdict.check_accepted()
    assert not wrong, told(wrong)


@then("the configuration is refused")
def configuration_is_refused(context: Context) -> None:
    wrong = context.verdict.check_refusal()
    assert not wrong, told(wrong)


@then("the configuration is refused because there is no such directive")
def no_such_directive(context: Context) -> None:
    wrong = context.verdict.check_refusal()
    assert not wrong, told(wrong)
    said = context.verdict.execution.output
    assert "'http-request'" in said, told(["http-request is not named in:", said])
    assert "got 'mirror'" in said, told(["the directive mirror is not named in:", said])


@then("the message names the line with the mistake")
def line_is_named(context: Context) -> None:
    wrong = context.verdict.check_located()
    assert not wrong, told(wrong)


@then("the message names the gateway and the absent backend")
def both_ends_are_named(context: Context) -> None:
    wrong = context.verdict.check_named("gateway", "api_v9")
    assert not wrong, told(wrong)


@then("the list is complete, and no directive in it is about mirroring")
def nothing_mirrors(context: Context) -> None:
    known = context.directives
    assert any("http-request set-header" in each for each in known), (
        f"the list is not complete: {len(known)} directives"
    )
    found = [each for each in known if "mirror" in each.lower() or "shadow" in each.lower()]
    assert not found, told([f"{each} is about mirroring" for each in found])


@given("clients send requests on route {route:Route} without a pause")
def clients_send_without_pause(context: Context, route: str) -> None:
    context.stream = Stream(context.scene.entry, f"/api/{route}")
    context.add_cleanup(context.stream.stop)
    context.stream.start()


@when("the gateway is reloaded")
def gateway_is_reloaded(context: Context) -> None:
    context.process = live_edits.reload(context.scene)


@then("the gateway runs with a new process within {seconds:d} seconds")
def gateway_has_a_new_process(context: Context, seconds: int) -> None:
    scene, old = context.scene, context.process
    now = partial(live_edits.process, scene)
    eventually(now, lambda new: new != old, seconds, "a new process of the gateway")


@then("every request of these clients got the primary's answer")
def stream_lost_nothing(context: Context) -> None:
    context.stream.await_more(200)
    context.scene.exchanges += context.stream.stop()
    wrong = answers.check_answers(context.scene.exchanges)
    assert not wrong, told(wrong)


@when("the gateway is reloaded under traffic, {most:d} times or until {lost:Loss} is lost")
def gateway_is_reloaded_often(context: Context, most: int, lost: str) -> None:
    reloads.reload_until(context.scene, lost, most)


@then("{least:d} to {most:d} requests got no answer, and all others the primary's")
def few_requests_are_lost(context: Context, least: int, most: int) -> None:
    wrong = reloads.check_lost_requests(context.scene, least, most)
    assert not wrong, told(wrong)


@then("{least:d} to {most:d} copies were lost, and none came twice")
def few_copies_are_lost(context: Context, least: int, most: int) -> None:
    wrong = reloads.check_lost_copies(context.scene, least, most)
    assert not wrong, told(wrong)
