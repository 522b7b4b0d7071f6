"""How a run begins, how it ends, and how when there is nothing that it could play."""

import sys
from dataclasses import replace

from behave.configuration import Configuration
from behave.model import Step
from behave.runner import Context, ModelRunner

from features.reporting import (
    allure_formatter,
    comparison_formatter,
    run_info,
    strict_limits,
    summary,
    terminal,
    tried,
)
from features.reporting.plan import FRONT, Plan
from features.reporting.run_info import Ran
from features.support.checks import first_look
from features.support.gateways import catalogue
from features.support.gateways.described import Described
from features.support.gateways.model import Gateway
from features.support.options import Options
from features.support.policy.load import Policy, load
from features.support.scene import Scene
from features.support.stack import Stack, choose, retire, retire_at_exit
from features.support.wire import targets


def use_formatters() -> None:
    """Make ours known to behave, which asks for them once it has loaded the hooks."""
    for each in (allure_formatter, comparison_formatter, terminal):
        each.use()


def begin_stack(context: Context, chosen: Options) -> None:
    """Give a run, or one of its workers, a stack of the kind asked for, which ends with it."""
    context.stack = choose(chosen)
    retire_at_exit(context.stack, keep=chosen.keep)
    context.add_cleanup(retire, context.stack, keep=chosen.keep, abort=context.abort)


def policy(chosen: Options) -> Policy:
    """Return what is to be mirrored: what the file says, or a described gateway of itself."""
    asked = load(chosen.policy)
    if chosen.described is None:
        return asked
    return asked.asking("/api/v2", chosen.described.said.routes.sampled.share)


def begin(runner: ModelRunner, stack: Stack, described: Described | None = None) -> Plan:
    """Plan what is played, and say on what; what cannot run here is told here and nowhere else.

    A described gateway is looked at before any promise is tried; raises StackError.
    """
    if described:
        _know(runner, described)
        tried.add(runner.features, described)
    else:
        strict_limits.add(runner.features, runner.config)
    plan = Plan(runner.features, runner.config, stack, described)
    if not plan.to_play:
        refuse(runner, _why_nothing(runner, plan))
        return plan
    print(run_info.headline(stack, plan.gateways), *_impossible(plan), sep="\n", flush=True)
    if described:
        _look(stack, described.gateway)
    summary.use(runner.config, plan)
    for formatter in runner.formatters:
        if isinstance(formatter, terminal.Terminal):
            formatter.plan = plan
    return plan


def _know(runner: ModelRunner, described: Described) -> None:
    """Let steps and reports know a gateway whose name was not known when steps were loaded."""
    catalogue.add(described.gateway)
    targets.use_prefixes(described.prefixes)
    any_gateway, name = next(iter(catalogue.CATALOGUE)), described.gateway.name
    put = runner.step_registry.find_match(Step("", 0, "Given", "given", f"{any_gateway}{FRONT}"))
    runner.step_registry.add_step_definition(
        "given", f"{name}{FRONT}", lambda context: put.func(context, name)
    )


def _look(stack: Stack, gateway: Gateway) -> None:
    """Say what reaches the primary and the shadow; raises StackError where nothing does."""
    scene = Scene(stack)
    try:
        stack.start(gateway)
        scene.gateway = gateway
        print(*(f"First look: {told}" for told in first_look.look(scene)), sep="\n", flush=True)
        if gateway.name in stack.silent:
            catalogue.add(replace(gateway, mirrors=False))
    finally:
        scene.close()


def refuse(runner: ModelRunner, reason: str) -> None:
    """End a run before it begins: one line, exit code 1, and nothing of earlier runs is touched."""
    print(f"error: {reason}", file=sys.stderr, flush=True)
    runner.features.clear()
    runner.config.reporters.clear()
    runner.hook_failures += 1  # or behave would call it a success


def end(config: Configuration, stack: Ran, plan: Plan) -> None:
    """Tell the report and the comparison what was run, on what; of no run they tell nothing."""
    if not plan.to_play:
        return
    run_info.describe(allure_formatter.directory(config), stack)
    comparison_formatter.know(run_info.surroundings(stack))


def _why_nothing(runner: ModelRunner, plan: Plan) -> str:
    if plan.impossible:
        return "\n  ".join(["nothing was played, nothing of it can run here:", *plan.impossible])
    config = runner.config
    usual = config.default_tags if isinstance(config.default_tags, list) else [config.default_tags]
    asked = [f"-t {each}" for each in config.tags if each not in usual]
    asked += [f"-n {each}" for each in config.name or ()]
    gateways = config.userdata.get("gateways")
    asked += [f"-D gateways='{gateways}'"] if gateways else []
    return f"nothing was played: no scenario fits {' '.join([*map(str, config.paths), *asked])}"


def _impossible(plan: Plan) -> list[str]:
    return [f"Cannot run here ({n} scenarios): {why}" for why, n in plan.impossible.items()]
