"""The hooks: own the stack, give each scenario a clean scene, attach evidence."""

from behave.model import Feature, Scenario
from behave.runner import Context

from features.reporting import crash_scan, evidence, run_control, side_by_side
from features.support import options, waiting
from features.support.errors import CannotFindOutError
from features.support.scene import Scene
from features.support.stack import signals

run_control.use_formatters()


def before_all(context: Context) -> None:
    """Start with an empty stack of the kind asked for; say which, or why there is none."""
    context.config.setup_logging()
    context.on_cleanup_error = on_cleanup_error
    signals.prepare()
    try:
        chosen = options.parse(context.config.userdata)
        waiting.set_patience(chosen.patience)
        context.policy = run_control.policy(chosen)
        context.seed = chosen.seed
        run_control.begin_stack(context, chosen)
        context.plan = run_control.begin(context._runner, context.stack, chosen.described)
        side_by_side.divide(context, chosen)
    except CannotFindOutError as reason:
        run_control.refuse(context._runner, str(reason))


def before_scenario(context: Context, _: Scenario) -> None:
    """Give the scenario a scene of its own."""
    context.scene = Scene(context.stack)
    context.add_cleanup(context.scene.close)


def after_scenario(context: Context, scenario: Scenario) -> None:
    """Attach what a person needs to judge the outcome."""
    evidence.attach(context.scene, failed=scenario.status.has_failed())
    evidence.attach_break(scenario)


def after_feature(context: Context, feature: Feature) -> None:
    """Look for crashes that no client noticed."""
    crash_scan.scan(getattr(context, "stack", None), feature)


def after_all(context: Context) -> None:
    """Tell the report and the comparison what was run, on what."""
    if hasattr(context, "plan"):
        run_control.end(context.config, side_by_side.end(context), context.plan)


def on_cleanup_error(context: Context, _: object, reason: Exception) -> None:
    """Tell of a failed clean-up in one line, and in Allure, which goes by the steps alone."""
    evidence.attach_failed_cleanup(reason, getattr(context, "scenario", None))
