"""What comes from names, versions and titles is text in a document, and never its markup.

A gateway's name, a program's version and a scenario's title are other people's words: a user's own
gateway has a column, and an image says itself which version it is.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TypeVar, cast

T = TypeVar("T")

# Entities, since a backslash would not survive in the cell of a table.
_ENTITIES = {ord(sign): f"&#{ord(sign)};" for sign in "[]<>`|"}


def in_markdown(data: T) -> T:
    """Return data, dataclasses included, in whose texts nothing is Markdown, HTML or control."""
    return cast(T, _plain(data))


def _plain(data: object) -> object:
    if isinstance(data, str) and not isinstance(data, Enum):
        return "".join(sign if sign.isprintable() else " " for sign in data).translate(_ENTITIES)
    if isinstance(data, Mapping):
        return {_plain(key): _plain(value) for key, value in data.items()}
    if isinstance(data, tuple):
        return tuple(_plain(each) for each in data)
    if is_dataclass(data) and not isinstance(data, type):
        changed = {each.name: _plain(getattr(data, each.name)) for each in fields(data)}
        return replace(data, **changed)
    return data
