"""The hooks: own the stack, give each scenario a clean scene, attach evidence."""

import atexit
from collections.abc import Iterator
from pathlib import Path

from behave import fixture, use_fixture
from behave.model import Scenario
from behave.runner import Context

from features.support import endings, evidence, options, reporting, waiting
from features.support.errors import CannotFindOutError
from features.support.scene import Scene
from features.support.stack import Stack, choose, retire


def before_all(context: Context) -> None:
    """Start with an empty stack of the kind asked for; say which, or why there is none."""
    context.config.setup_logging()
    reporting.clear(results_of(context))
    endings.prepare()
    try:
        chosen = options.parse(context.config.userdata)
        waiting.set_patience(chosen.patience)
        use_fixture(running_stack, context, chosen)
        print(reporting.headline(context.stack), flush=True)
    except CannotFindOutError as reason:
        context.abort(reason=str(reason))


@fixture
def running_stack(context: Context, chosen: options.Options) -> Iterator[Stack]:
    """Own the stack of the run; atexit covers ends at which behave runs no clean-up."""
    context.stack = choose(chosen)
    atexit.register(retire, context.stack, keep=chosen.keep)
    try:
        yield context.stack
    finally:
        retire(context.stack, keep=chosen.keep)


def before_scenario(context: Context, scenario: Scenario) -> None:
    """Give the scenario a scene of its own; skip it where the stack cannot play it."""
    context.scene = Scene(context.stack)
    context.add_cleanup(context.scene.close)
    if "own-stack" in scenario.effective_tags and not context.stack.can_be_changed:
        scenario.skip(
            "it stops services or runs programs beside them, and this stack is not its own"
        )


def after_scenario(context: Context, scenario: Scenario) -> None:
    """Attach what a person needs to judge the outcome."""
    evidence.attach(context.scene, failed=scenario.status.has_failed())


def after_all(context: Context) -> None:
    """Tell the report what was run, on what."""
    if hasattr(context, "stack"):
        reporting.describe(results_of(context), context.stack)


def results_of(context: Context) -> Path:
    """Return the directory that Allure's results go to."""
    config = context.config
    return Path(dict(zip(config.format, config.outputs, strict=False))["allure"].name)
