"""Ids of requests, and which of two was given first.

A copy may come after the scenario that caused it; by its id the next one knows it for what it is.
"""

import uuid

_given: dict[str, int] = {}


def new() -> str:
    """Return an id that no other request has."""
    fresh = str(uuid.uuid4())
    _given[fresh] = len(_given)
    return fresh


def given() -> int:
    """Return how many ids have been given so far."""
    return len(_given)


def is_of_the_first(request_id: str | None, count: int) -> bool:
    """Tell whether an id was among the first so many that were given."""
    return request_id is not None and _given.get(request_id, count) < count
