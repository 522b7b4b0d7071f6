"""Steps that try configurations which people copy from one another."""

from behave import given, then, when
from behave.runner import Context

from features.support.checks import answers, copies
from features.support.operator import circulating_configs
from features.support.telling import told


@when("an operator checks the SPOE configuration that people copy")
def circulating_spoe(context: Context) -> None:
    context.verdict = circulating_configs.check_circulating(context.scene)


@when("an operator checks the SPOE configuration of this project")
def own_spoe(context: Context) -> None:
    context.verdict = circulating_configs.check_own(context.scene)


@then("the message names the prefix of variables that is missing")
def prefix_is_named(context: Context) -> None:
    wrong = context.verdict.check_named("option var-prefix", "mirror-agent")
    assert not wrong, told(wrong)


@given("an operator has loaded {script:Script}")
def operator_has_loaded(context: Context, script: str) -> None:
    context.scene.change(circulating_configs.loaded(context.scene, script))


@then("the client gets the primary's answer after {seconds:g} seconds, and no sooner")
def client_was_kept(context: Context, seconds: float) -> None:
    wrong = answers.check_answer(context.scene.last)
    assert not wrong, told(wrong)
    taken = context.scene.last.answer.elapsed
    assert taken >= seconds, f"the answer took {taken:.2f} s only, not {seconds:g} s"


@then("the shadow received a copy of it")
def shadow_has_a_copy(context: Context) -> None:
    copies.await_copies(context.scene, [context.scene.last.sent])
