"""The set of running services, whatever kind of stack runs them (design, section 4)."""

from features.support.stack.base import Execution, Stack
from features.support.stack.choice import choose
from features.support.stack.retirement import retire

__all__ = ["Execution", "Stack", "choose", "retire"]
