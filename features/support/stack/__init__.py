"""The set of running services, whatever kind of stack runs them (design, section 4)."""

from features.support.stack.base import Absence, Execution, NotChosen, Stack
from features.support.stack.choice import choose
from features.support.stack.retirement import retire, retire_at_exit

__all__ = ["Absence", "Execution", "NotChosen", "Stack", "choose", "retire", "retire_at_exit"]
