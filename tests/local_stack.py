"""A real local stack for the length of a block."""

from collections.abc import Iterator
from contextlib import contextmanager

from features.support import options
from features.support.stack.local import LocalStack


@contextmanager
def local_stack() -> Iterator[LocalStack]:
    """Make an empty local stack, and take down whatever was started in it."""
    stack = LocalStack(options.parse({"stack": "local"}))
    try:
        yield stack
    finally:
        stack.down()
