"""How a setting is declared, once: its key, how it is read, its default, what it is for.

From the declarations in model.py come the values of a file (read), the defaults, and the table in
the README.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from .nodes import Section

T = TypeVar("T")

_KEY = "setting"


@dataclass(frozen=True)
class Setting:
    """One setting.

    `key` is its place in its section, such as `queue.bytes`; `default` is written as in the file,
    None where there is none. `missing` says what to give where the key must be there, and
    `example` stands in for it, so that other problems are still found. `collect` makes the value
    of a list's items.
    """

    key: str
    read: Callable[[str], Any]
    text: str
    default: str | None = None
    missing: str | None = None
    example: str | None = None
    collect: Callable[[Iterable[Any]], Any] | None = None


def setting(key: str, read: Callable[[str], T], default: str, text: str) -> T:
    """Declare a setting with a default, which is written as in the file."""
    found: T = _field(Setting(key, read, text, default), default=read(default))
    return found


def optional(key: str, read: Callable[[str], T], text: str, missing: str | None = None) -> T | None:
    """Declare a setting that need not be there; `missing`: it must, where its section is."""
    found: T | None = _field(Setting(key, read, text, missing=missing), default=None)
    return found


def required(
    key: str, read: Callable[[str], Any], text: str, *, example: str, missing: str = "missing"
) -> Any:
    """Declare a setting that must be there."""
    return _field(Setting(key, read, text, missing=missing, example=example))


def several(
    key: str,
    read: Callable[[str], Any],
    text: str,
    collect: Callable[[Iterable[Any]], T],
    default: T,
) -> T:
    """Declare a list; `collect` makes its value of the items."""
    found: T = _field(Setting(key, read, text, collect=collect), default=default)
    return found


def _field(declared: Setting, **default: Any) -> Any:
    return field(metadata={_KEY: declared}, **default)


def declared(kind: type[Any]) -> Iterator[tuple[str, Setting]]:
    """Yield the declared settings of a dataclass, each with the name of its field."""
    for each in fields(kind):
        if _KEY in each.metadata:
            yield each.name, each.metadata[_KEY]


def read(kind: type[T], section: Section, **given: Any) -> T:
    """Make a dataclass of a section; fields that are given are not read.

    Problems are noted in the section, unknown keys among them.
    """
    groups: dict[str, Section | None] = {"": section}
    values = dict(given)
    for name, each in declared(kind):
        group, _, key = each.key.rpartition(".")
        if group not in groups:
            groups[group] = section.section(group)
        place = groups[group]
        if place is not None:
            values |= _found(name, each, place, key, given)
    for place in groups.values():
        if place is not None:
            place.finish()
    return kind(**values)


def _found(
    name: str, each: Setting, place: Section, key: str, given: dict[str, Any]
) -> dict[str, Any]:
    """Return what a section says of a setting, for its field; nothing where it is silent."""
    present = place.has(key)
    if each.missing is not None and not present:
        place.problem(key, each.missing)
    if name in given or not (present or each.example):
        return {}
    spare = each.default if each.default is not None else each.example
    otherwise = None if spare is None else each.read(spare)
    if each.collect is not None:
        return {name: each.collect(place.values(key, each.read))}
    return {name: place.value(key, otherwise, each.read)}
