"""Which kind of stack a run gets."""

from features.support.errors import StackError
from features.support.stack import scratch
from features.support.stack.base import Stack
from features.support.stack.docker import DockerStack
from features.support.stack.engine import sweep, why_no_engine
from features.support.stack.external import ExternalStack
from features.support.stack.local import LocalStack
from features.support.stack.settings import Settings


def choose(settings: Settings) -> Stack:
    """Make the stack that was asked for; `auto` is docker where it can run, else local.

    What runs that were killed have left is removed. Raises StackError when the kind asked for
    cannot run here.
    """
    stack = _of_kind(settings)
    if stack.kind == "docker":
        sweep()
    scratch.sweep()
    stack.chosen = settings.gateways
    return stack


def _of_kind(settings: Settings) -> Stack:
    if settings.stack == "external":
        return ExternalStack(settings)
    if settings.stack == "local":
        return LocalStack(settings)
    reason = why_no_engine()
    if reason is None:
        return DockerStack(settings)
    if settings.stack == "docker":
        raise StackError(f"-D stack=docker cannot run here: {reason}")
    return LocalStack(settings)
