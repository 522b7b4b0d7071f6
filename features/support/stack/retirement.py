"""The end of a stack, however the run ended."""

import atexit
from collections.abc import Callable

from features.support.errors import StackError
from features.support.stack import signals
from features.support.stack.base import Stack


def retire(stack: Stack, *, keep: bool, abort: Callable[[str], None] | None = None) -> None:
    """Take a stack down, or say how to reach it if it is to be kept; may be called again.

    Nothing interrupts this; the signal that tried is told to `abort` when it is done.
    Raises StackError when something could not be removed.
    """
    if stack.retired:
        return
    tried = signals.hold_off()
    stack.retired = True
    kept = stack.how_to_reach() if keep else []
    if kept:
        signals.tell("\n  ".join(["The stack was kept.", *kept]))
    else:
        stack.down()
    signal = tried()
    if signal and abort:
        abort(f"{signal} while cleaning up")


def retire_at_exit(stack: Stack, *, keep: bool) -> None:
    """Retire a stack when the interpreter ends, if that was not done before.

    behave runs no clean-up when its output is closed, and of some interruptions it knows nothing.
    """
    atexit.register(_retire_late, stack, keep=keep)


def _retire_late(stack: Stack, *, keep: bool) -> None:
    try:
        retire(stack, keep=keep)
    except StackError as reason:
        signals.tell(f"error: clean-up: {reason}")
