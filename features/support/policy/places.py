"""A YAML file as data, and where in it something stands: an error names file, line and key path."""

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from features.support.errors import FileError

Loc = tuple[int | str, ...]

_SHOWN = 60  # characters of a wrong value


@dataclass(frozen=True)
class Source:
    """A YAML file: its name as it is told, what is in it, and the node PyYAML made of it."""

    file: str
    data: Any
    node: yaml.Node

    def error(self, message: str, loc: Loc, key: str | None = None) -> FileError:
        """Return an error in one line about a place, or about a key that stands there."""
        path, node = self._at(loc)
        at = next((each for each, _ in _pairs(node) if each.value == key), node)
        return FileError(f"{self.file}:{at.start_mark.line + 1}:{path} {message}")

    def written(self, loc: Loc) -> str:
        """Return what stands at a place: as it is written, or of which kind it is."""
        node = self._at(loc)[1]
        if isinstance(node, yaml.MappingNode):
            return "keys with values"
        if isinstance(node, yaml.SequenceNode):
            return "a list" if node.value else "an empty list"
        return "nothing" if node.tag == "tag:yaml.org,2002:null" else shown(node.value)

    def _at(self, loc: Loc) -> tuple[str, yaml.Node]:
        """Return key path and node; a part that is no key there, such as a tag, says nothing."""
        path, node = "", self.node
        for part in loc:
            below = {key.value: value for key, value in _pairs(node)}
            if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                path, node = f"{path}[{part}]", node.value[part]
            elif part in below:
                key = str(part) if re.fullmatch(r"[\w-]+", str(part)) else shown(str(part))
                path, node = f"{path}.{key}", below[part]
        return path and f" {path.removeprefix('.')}:", node


def read(path: Path) -> Source:
    """Read a YAML file, in which no key is given twice.

    Raises FileError when it cannot be read, is empty, or is not YAML.
    """
    here = Path.cwd()
    file = str(path.relative_to(here) if path.is_relative_to(here) else path)
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        loader.name = file
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except OSError as reason:
        raise FileError(f"{file}: cannot be read: {reason.strerror}") from reason
    except UnicodeDecodeError as reason:
        raise FileError(f"{file}: is not UTF-8 text") from reason
    except RecursionError as reason:
        raise FileError(f"{file}: is nested too deeply") from reason
    # The last three: what PyYAML makes of \UFFFFFFFF, `!!bool x` and `!!timestamp x`.
    except (yaml.YAMLError, ValueError, OverflowError, LookupError, AttributeError) as reason:
        raise FileError(f"{file}:{_complaint(reason)}") from reason
    if node is None:
        raise FileError(f"{file}: is empty")
    return Source(file, data, node)


def shown(text: str) -> str:
    """Return a text in quotes, in one line, cut if it is long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


class _Loader(yaml.SafeLoader):
    """PyYAML takes the last of equal keys; here they are an error, and every key is a text.

    So `<<`, `5`, `on` and `null` are keys as others, by the letters that are written.
    """

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        times = Counter(str(key.value) for key, _ in _pairs(node))
        for key, _ in reversed(_pairs(node)):
            place = f"{self.name}:{key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise FileError(f"{place}: a key must be a word")
            if times[key.value] > 1:
                raise FileError(f"{place}: the key {shown(key.value)} is given twice")
        node.value = [(_as_text(key), value) for key, value in _pairs(node)]


def _as_text(key: yaml.Node) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", key.value, key.start_mark, key.end_mark)


def _number(loader: _Loader, node: yaml.ScalarNode) -> Any:
    """Return a number in decimal digits; 0x10, 1:30, 1_0 and .inf are not what they seem."""
    try:
        return json.loads(loader.construct_scalar(node))
    except ValueError:
        return math.nan


_Loader.add_constructor("tag:yaml.org,2002:int", _number)
_Loader.add_constructor("tag:yaml.org,2002:float", _number)
_Loader.add_constructor("tag:yaml.org,2002:merge", lambda _, node: str(node.value))


def _pairs(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _complaint(reason: Exception) -> str:
    mark = getattr(reason, "problem_mark", None)
    what = getattr(reason, "problem", None) or getattr(reason, "reason", None) or "cannot be read"
    line = f"{mark.line + 1}:" if mark is not None else ""
    return f"{line} is not valid YAML: {' '.join(str(what).split())}"
