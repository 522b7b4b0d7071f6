"""The end of a stack, however the run ended."""

import signal
import sys

from features.support.errors import StackError
from features.support.stack.base import Stack


def retire(stack: Stack, *, keep: bool) -> None:
    """Take a stack down, or say how to reach it if it is to be kept; may be called again.

    What could not be removed is told in one line. A second Ctrl-C cannot interrupt this.
    """
    if stack.retired:
        return
    stack.retired = True
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if keep:
        _say("The stack was kept.", *stack.how_to_reach())
        return
    try:
        stack.down()
    except StackError as reason:
        _say(f"error: {reason}")
        raise


def _say(*lines: str) -> None:
    print("\n  ".join(lines), file=sys.stderr)
