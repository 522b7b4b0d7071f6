"""Values of a YAML file together with where they stand, so that an error can name the place."""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml

from features.support.errors import PolicyError

T = TypeVar("T")

_TAG = "tag:yaml.org,2002:"
_SHOWN = 60  # characters of a wrong value


@dataclass(frozen=True)
class Value:
    """A value of a file: what PyYAML made of it, and its key path, such as services[1].name."""

    file: str
    path: str
    node: yaml.Node

    def error(self, message: str, node: yaml.Node | None = None) -> PolicyError:
        """Return an error in one line that names this place, with the line of `node` if given."""
        return PolicyError(f"{self.place(node)}: {message}")

    def place(self, node: yaml.Node | None = None) -> str:
        """Return file, line and key path."""
        line = (node or self.node).start_mark.line + 1
        return f"{self.file}:{line}: {self.path}" if self.path else f"{self.file}:{line}"

    def keys(self, required: Iterable[str], optional: Iterable[str] = ()) -> Mapping[str, "Value"]:
        """Return the values of a mapping by key; the keys must be these.

        Raises PolicyError for a key that is missing or unknown.
        """
        needed = tuple(required)
        known = (*needed, *optional)
        found = self.entries()
        for name, (key, _) in self.pairs():
            if name not in known:
                raise self.error(f"unknown key {shown(name)}{closest(name, known)}", key)
        for name in needed:
            if name not in found:
                raise self.error(f"{name} is missing")
        return found

    def entries(self) -> Mapping[str, "Value"]:
        """Return the values of a mapping with any keys."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error(f"keys with values are needed, not {self._kind()}")
        return {name: self._below(name, node) for name, (_, node) in self.pairs()}

    def pairs(self) -> Sequence[tuple[str, tuple[yaml.Node, yaml.Node]]]:
        """Return the keys and values of a mapping, and of what is no mapping none."""
        pairs = self.node.value if isinstance(self.node, yaml.MappingNode) else ()
        for key, _ in pairs:
            if not isinstance(key, yaml.ScalarNode):
                raise self.error("a key must be a word", key)
        return [(str(key.value), (key, value)) for key, value in pairs]

    def children(self) -> "Sequence[Value]":
        """Return what is directly in a mapping or a list, and of what is neither nothing."""
        if isinstance(self.node, yaml.SequenceNode):
            return self._elements()
        return [self._below(name, node) for name, (_, node) in self.pairs()]

    def items(self) -> "Sequence[Value]":
        """Return the values of a list, which must not be empty."""
        if not isinstance(self.node, yaml.SequenceNode) or not self.node.value:
            raise self.error(f"a list is needed, not {self._kind()}")
        return self._elements()

    def text(self, word: Callable[[str], T]) -> T:
        """Return what `word` makes of a text; a number or a flag is text only in quotes."""
        return self._told(word, self._scalar("text", "str"))

    def number(self, word: Callable[[str], T]) -> T:
        """Return what `word` makes of a number as it is written."""
        return self._told(word, self._scalar("a number", "int", "float"))

    def flag(self) -> bool:
        """Return true or false; YAML 1.1, and so GAL, also knows yes, no, on and off."""
        return self._scalar("true or false", "bool").lower() in ("true", "yes", "on")

    def _told(self, word: Callable[[str], T], text: str) -> T:
        try:
            return word(text)
        except ValueError as reason:
            raise self.error(str(reason)) from reason

    def _scalar(self, wanted: str, *types: str) -> str:
        node = self.node
        if not (isinstance(node, yaml.ScalarNode) and node.tag.removeprefix(_TAG) in types):
            raise self.error(f"{wanted} is needed, not {self._kind()}")
        return str(node.value)

    def _elements(self) -> "Sequence[Value]":
        nodes = enumerate(self.node.value)
        return [Value(self.file, f"{self.path}[{index}]", node) for index, node in nodes]

    def _below(self, name: str, node: yaml.Node) -> "Value":
        key = name if re.fullmatch(r"[\w-]+", name) else shown(name)
        return Value(self.file, f"{self.path}.{key}" if self.path else key, node)

    def _kind(self) -> str:
        if isinstance(self.node, yaml.MappingNode):
            return "keys with values"
        if isinstance(self.node, yaml.SequenceNode):
            return "a list" if self.node.value else "an empty list"
        return "nothing" if self.node.tag == f"{_TAG}null" else shown(self.node.value)


def read(path: Path) -> Value:
    """Return the whole of a YAML file, in which no key is given twice.

    Raises PolicyError when it cannot be read, is empty, or is not YAML.
    """
    file = _name(path)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as reason:
        raise PolicyError(f"{file}: cannot be read: {reason.strerror}") from reason
    except UnicodeDecodeError as reason:
        raise PolicyError(f"{file}: is not UTF-8 text") from reason
    except (yaml.YAMLError, ValueError, OverflowError) as reason:  # \UFFFFFFFF is no character
        raise PolicyError(f"{file}:{_complaint(reason)}") from reason
    except RecursionError as reason:
        raise PolicyError(f"{file}: is nested too deeply") from reason
    if node is None:
        raise PolicyError(f"{file}: is empty")
    top = Value(file, "", node)
    _refuse_repeated_keys(top)
    return top


def closest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" where a known word is close, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _refuse_repeated_keys(top: Value) -> None:
    waiting, seen = [top], set()
    while waiting:
        value = waiting.pop()
        if id(value.node) in seen:  # aliases lead to the same node, and may lead in circles
            continue
        seen.add(id(value.node))
        times = Counter(name for name, _ in value.pairs())
        for name, (key, _) in reversed(value.pairs()):
            if times[name] > 1:
                raise value.error(f"the key {shown(name)} is given twice", key)
        waiting += value.children()


def _complaint(reason: Exception) -> str:
    mark = getattr(reason, "problem_mark", None)
    what = getattr(reason, "problem", None) or getattr(reason, "reason", None) or "cannot be read"
    line = f"{mark.line + 1}:" if mark is not None else ""
    return f"{line} is not valid YAML: {' '.join(str(what).split())}"


def _name(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def shown(text: str) -> str:
    """Return a text in quotes, in one line, cut if it is long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
