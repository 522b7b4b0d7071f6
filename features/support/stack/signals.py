"""Ends of a run that behave does not foresee, turned into ends that it does."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def prepare() -> None:
    """Let SIGTERM and SIGHUP end a run as Ctrl-C does, and a closed pipe without a traceback."""
    _handle(_interrupt)
    sys.excepthook = _explain


def tell(line: str) -> None:
    """Print a line that behave must not capture, because it says why the run ends."""
    with suppress(OSError):  # nobody reads it any more
        print(line, file=sys.__stderr__, flush=True)


def hold_off() -> Callable[[], str | None]:
    """Let nothing interrupt what comes now; return what tells the signal that tried, if one did."""
    tried: list[str] = []

    def note(number: int, _: FrameType | None) -> None:
        tried.append(signal.Signals(number).name)
        with suppress(OSError):  # print may not be used here, it may be what was interrupted
            os.write(2, b"The stack is being removed, please wait.\n")

    _handle(note)
    return lambda: tried[0] if tried else None


@contextmanager
def deferred() -> Iterator[None]:
    """Let what would end the run wait until something is done as a whole."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent(number: signal.Signals) -> None:
    """Let this process get a signal when the one that started it ends, however that happens."""
    _libc.prctl(_PR_SET_PDEATHSIG, number)


def _handle(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in _ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, handler)


def _interrupt(number: int, _: FrameType | None) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)


def _explain(kind: type[BaseException], reason: BaseException, trace: TracebackType | None) -> None:
    if isinstance(reason, KeyboardInterrupt):
        tell(f"ABORTED: {reason or 'KeyboardInterrupt'}")
    elif isinstance(reason, BrokenPipeError):
        tell("error: the run ended early because nobody reads its output any more")
        # What is still buffered cannot be written either; the interpreter would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    else:
        sys.__excepthook__(kind, reason, trace)
