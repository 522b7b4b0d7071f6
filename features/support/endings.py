"""Ends of a run that behave does not foresee, turned into ends that it does."""

import os
import signal
import sys
from types import FrameType, TracebackType


def prepare() -> None:
    """Let SIGTERM and SIGHUP end a run as Ctrl-C does, and a closed pipe without a traceback."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    sys.excepthook = _explain


def _interrupt(number: int, _: FrameType | None) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)


def _explain(kind: type[BaseException], reason: BaseException, trace: TracebackType | None) -> None:
    if not isinstance(reason, BrokenPipeError):
        sys.__excepthook__(kind, reason, trace)
        return
    print("error: the run ended early because nobody reads its output any more", file=sys.stderr)
    # What is still buffered cannot be written either; the interpreter would complain at its exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
