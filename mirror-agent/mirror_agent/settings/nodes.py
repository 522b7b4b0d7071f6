"""Reading YAML with the line of every value at hand, so that each problem names its place.

Readers never raise: they note the problem and go on with the default, so that one look shows all
problems of a file.
"""

import os
import re
from collections.abc import Callable
from typing import TypeVar

import yaml

from .readers import suggestion

T = TypeVar("T")

_PLACEHOLDER = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


class ConfigError(Exception):
    """The configuration cannot be used; `problems` says why, a line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Source:
    """A file being read, and the problems found in it."""

    def __init__(self, name: str) -> None:
        """Name the file for messages."""
        self.name = name
        self._problems: list[tuple[int, str]] = []

    @property
    def problems(self) -> list[str]:
        """What was found wrong, in the order of the file."""
        return [text for _, text in sorted(self._problems, key=lambda problem: problem[0])]

    def problem(self, node: yaml.Node, path: str, message: str) -> None:
        """Note a problem of the value at a node."""
        line = node.start_mark.line + 1
        self._problems.append((line, f"{self.name}:{line}: {path}: {message}"))

    def parse(self, text: str) -> "Section":
        """Parse a file's text; raises ConfigError where it is not a YAML mapping."""
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark is not None else 1
            what = getattr(error, "problem", None) or str(error).splitlines()[0]
            raise ConfigError([f"{self.name}:{line}: not valid YAML: {what}"]) from error
        except RecursionError as error:
            raise ConfigError([f"{self.name}:1: nested too deeply"]) from error
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError([f"{self.name}:1: expected keys such as `shadows:`"])
        return Section(self, node, "")


class Section:
    """A mapping of the file; remembers which keys were asked for, to tell unknown ones."""

    def __init__(self, source: Source, node: yaml.MappingNode, path: str) -> None:
        """Read a mapping; duplicate keys are problems."""
        self.source = source
        self.node = node
        self.path = path
        self._values: dict[str, yaml.Node] = {}
        self._keys: dict[str, yaml.Node] = {}
        self._known: set[str] = set()
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            if name in self._values:
                source.problem(key, self.at(name), "given twice")
            self._keys[name], self._values[name] = key, value

    def at(self, key: str) -> str:
        """Return the path of a key, such as routes[0].share."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Whether a key is there with something in it."""
        self._known.add(key)
        node = self._values.get(key)
        empty = isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")
        return node is not None and not empty

    def problem(self, key: str, message: str) -> None:
        """Note a problem with a key, or with the mapping where the key is missing."""
        self.source.problem(self._values.get(key, self.node), self.at(key), message)

    def finish(self) -> None:
        """Note the keys that nobody asked for."""
        for name, key in self._keys.items():
            if name not in self._known:
                hint = suggestion(name, self._known)
                self.source.problem(key, self.at(name), f"unknown key{hint}")

    def value(self, key: str, default: T, read: Callable[[str], T]) -> T:
        """Read a scalar; `read` raises ValueError with what is wrong."""
        if not self.has(key):
            return default
        node = self._values[key]
        if not isinstance(node, yaml.ScalarNode):
            self.problem(key, "expected a single value")
            return default
        try:
            return read(_expanded(str(node.value)))
        except ValueError as error:
            self.problem(key, str(error))
            return default

    def values(self, key: str, read: Callable[[str], T]) -> tuple[T, ...]:
        """Read a list of scalars."""
        found = []
        for place, node in self._items(key):
            if not isinstance(node, yaml.ScalarNode):
                self.source.problem(node, place, "expected a single value")
                continue
            try:
                found.append(read(_expanded(str(node.value))))
            except ValueError as error:
                self.source.problem(node, place, str(error))
        return tuple(found)

    def section(self, key: str) -> "Section | None":
        """Return the mapping under a key."""
        if not self.has(key):
            return None
        node = self._values[key]
        if not isinstance(node, yaml.MappingNode):
            self.problem(key, "expected keys and values")
            return None
        return Section(self.source, node, self.at(key))

    def sections(self, key: str) -> "list[Section]":
        """Return the mappings of the list under a key."""
        found = []
        for place, node in self._items(key):
            if isinstance(node, yaml.MappingNode):
                found.append(Section(self.source, node, place))
            else:
                self.source.problem(node, place, "expected keys and values")
        return found

    def _items(self, key: str) -> list[tuple[str, yaml.Node]]:
        if not self.has(key):
            return []
        node = self._values[key]
        if not isinstance(node, yaml.SequenceNode):
            self.problem(key, "expected a list")
            return []
        return [(f"{self.at(key)}[{index}]", item) for index, item in enumerate(node.value)]


def _expanded(text: str) -> str:
    """Put in environment variables: ${NAME}, or ${NAME:-default}."""

    def look_up(found: re.Match[str]) -> str:
        value = os.environ.get(found[1]) or found[2]
        if value is None:
            raise ValueError(f"the environment variable {found[1]} is not set")
        return value

    return _PLACEHOLDER.sub(look_up, text)
