"""The hooks: own the stack, give each scenario a clean scene, attach evidence."""

import sys

from behave.model import Feature, Scenario
from behave.runner import Context

from features.reporting import (
    allure_formatter,
    comparison_formatter,
    crash_scan,
    evidence,
    failure_summary,
    run_info,
)
from features.support import options, waiting
from features.support.errors import CannotFindOutError
from features.support.policy import load
from features.support.scene import Scene
from features.support.stack import choose, retire, retire_at_exit, signals

comparison_formatter.use()
allure_formatter.use()


def before_all(context: Context) -> None:
    """Start with an empty stack of the kind asked for; say which, or why there is none."""
    context.config.setup_logging()
    context.on_cleanup_error = on_cleanup_error
    failure_summary.use(context.config)
    run_info.clear(allure_formatter.directory(context.config))
    signals.prepare()
    try:
        chosen = options.parse(context.config.userdata)
        waiting.set_patience(chosen.patience)
        context.policy = load.load(chosen.policy)
        context.stack = choose(chosen)
        retire_at_exit(context.stack, keep=chosen.keep)
        context.add_cleanup(retire, context.stack, keep=chosen.keep, abort=context.abort)
        print(run_info.headline(context.stack), flush=True)
    except CannotFindOutError as reason:
        context.abort(reason=str(reason))


def before_scenario(context: Context, scenario: Scenario) -> None:
    """Give the scenario a scene of its own; skip it where the stack cannot play it."""
    context.scene = Scene(context.stack)
    context.add_cleanup(context.scene.close)
    if "own-stack" in scenario.effective_tags and not context.stack.can_be_changed:
        scenario.skip("it stops services or runs programs beside them: this stack is not its own")


def after_scenario(context: Context, scenario: Scenario) -> None:
    """Attach what a person needs to judge the outcome."""
    evidence.attach(context.scene, failed=scenario.status.has_failed())


def after_feature(context: Context, feature: Feature) -> None:
    """Look for crashes that no client noticed."""
    crash_scan.scan(getattr(context, "stack", None), feature)


def after_all(context: Context) -> None:
    """Tell the report and the comparison what was run, on what."""
    if hasattr(context, "stack"):
        run_info.describe(allure_formatter.directory(context.config), context.stack)
        comparison_formatter.know(run_info.surroundings(context.stack))


def on_cleanup_error(context: Context, _: object, reason: Exception) -> None:
    """Tell of a failed clean-up in one line, and in Allure, which goes by the steps alone."""
    print(f"error: clean-up: {reason}", file=sys.stderr)
    evidence.attach_failed_cleanup(reason, getattr(context, "scenario", None))
