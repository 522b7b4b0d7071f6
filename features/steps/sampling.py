"""Steps about the share of requests that is mirrored."""

from behave import given, then
from behave.runner import Context

from features.support.checks import sampling
from features.support.operator import changes
from features.support.telling import told


@given("an operator has set the share of route v2 to {share:d} % and reloaded")
def operator_sets_share(context: Context, share: int) -> None:
    context.scene.change(changes.share(context.scene, share))


@given("an operator has restarted the tool with a share of {share:d} % on route v2")
def operator_restarts_for_share(context: Context, share: int) -> None:
    context.scene.change(changes.share_by_restart(context.scene, share))


@given("the policy asks for a share of route v2 that differs by 40 points")
def policy_asks_elsewhere(context: Context) -> None:
    context.policy = context.policy.asking_elsewhere("/api/v2")


@then("the shadow received the share of copies that the policy asks for, none twice")
def share_is_what_the_policy_asks_for(context: Context) -> None:
    wrong = sampling.check_policy_share(context.scene, context.policy)
    assert not wrong, told(wrong)


@then("the shadow received exactly the share of copies that the policy asks for, none twice")
def share_is_exact(context: Context) -> None:
    wrong = sampling.check_policy_share(context.scene, context.policy, exact=True)
    assert not wrong, told(wrong)


@then("the shadow received copies of {share:g} % of them, none twice")
def share_is(context: Context, share: float) -> None:
    wrong = sampling.check_share(context.scene, share)
    assert not wrong, told(wrong)


@then("the shadow received copies, but not the share that the policy asks for")
def share_is_another(context: Context) -> None:
    wrong = sampling.check_policy_share(context.scene, context.policy)
    assert wrong, f"{len(context.scene.copies())} copies were taken for the share asked for"
    assert context.scene.copies(), "nothing was mirrored at all"
