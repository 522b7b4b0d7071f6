"""Which kind of stack a run gets."""

from features.support.errors import StackError
from features.support.options import Options
from features.support.stack.base import Stack
from features.support.stack.docker import DockerStack
from features.support.stack.engine import why_no_engine
from features.support.stack.external import ExternalStack
from features.support.stack.local import LocalStack


def choose(options: Options) -> Stack:
    """Make the stack that was asked for; `auto` is docker where it can run, else local.

    Raises StackError when the kind asked for cannot run here.
    """
    stack = _of_kind(options)
    stack.asked_for = options.gateways
    return stack


def _of_kind(options: Options) -> Stack:
    if options.stack == "external":
        return ExternalStack(options)
    if options.stack == "local":
        return LocalStack(options)
    reason = why_no_engine()
    if reason is None:
        return DockerStack(options)
    if options.stack == "docker":
        raise StackError(f"-D stack=docker cannot run here: {reason}")
    return LocalStack(options)
