"""Which kind of stack a run gets."""

from features.support.errors import StackError
from features.support.stack import scratch
from features.support.stack.base import Stack
from features.support.stack.external import ExternalStack
from features.support.stack.local import LocalStack
from features.support.stack.settings import Settings


def choose(settings: Settings) -> Stack:
    """Make the stack that was asked for; `auto` is docker where it can run, else local.

    What runs that were killed have left is removed. Raises StackError when the kind asked for
    cannot run here.
    """
    stack = _of_kind(settings)
    scratch.sweep()
    stack.chosen = settings.gateways
    return stack


def _of_kind(settings: Settings) -> Stack:
    if settings.stack == "external":
        return ExternalStack(settings)
    if settings.stack == "local":
        return LocalStack(settings)
    # The library for Docker takes a tenth of a second, which only who needs it pays.
    from features.support.stack import docker, engine  # noqa: PLC0415

    reason = engine.why_no_engine()
    if reason is None:
        engine.sweep()
        return docker.DockerStack(settings)
    if settings.stack == "docker":
        raise StackError(f"-D stack=docker cannot run here: {reason}")
    return LocalStack(settings)
