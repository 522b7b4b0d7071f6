"""What was found out about one thing, and how several things are found out at once."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

Area = Literal["stack", "gateway", "tool", "port", "leftover"]
# A note asks for nothing, or for what no run needs.
State = Literal["ok", "missing", "note", "unknown"]
T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """What is so of a thing; `mend` is the command that changes it, `stack` where it holds."""

    area: Area
    subject: str
    state: State
    told: str
    mend: str = ""
    stack: str = ""


def as_root(command: object) -> str:
    """Return a command as this user gives it where only root may."""
    return str(command) if os.geteuid() == 0 else f"sudo {command}"


def side_by_side(questions: Mapping[str, Callable[[], T]], within: float) -> dict[str, T]:
    """Ask several questions at once; what has no answer within so many seconds is left out.

    Whoever asks ends soon, even where a question never does: its thread is a daemon.
    """
    answers: dict[str, T] = {}

    def ask(name: str, question: Callable[[], T]) -> None:
        answers[name] = question()

    threads = [
        threading.Thread(target=ask, args=each, name=each[0], daemon=True)
        for each in questions.items()
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + within
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return {name: answers[name] for name in questions if name in answers}
