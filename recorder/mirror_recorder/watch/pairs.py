"""Originals and their copies, joined by the request's id, and how the copies differ."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Side = Literal["primary", "shadow"]
Entry = Mapping[str, Any]  # as the control port shows it
MOST = 200  # pairs that are remembered, and shown


@dataclass
class Pair:
    """What is known of one request: its entries at the primary and at the shadow."""

    key: str
    request_id: str | None
    primary: list[Entry] = field(default_factory=list)
    shadow: list[Entry] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as the page gets it, with the differences between original and copy."""
        both = self.primary and self.shadow
        found = differences(self.primary[-1], self.shadow[-1]) if both else []
        return {
            "key": self.key,
            "id": self.request_id,
            "at": min(entry["at"] for entry in (*self.primary, *self.shadow)),
            "primary": [_shown(entry) for entry in self.primary],
            "shadow": [_shown(entry) for entry in self.shadow],
            "differences": found,
        }


class Pairs:
    """The last pairs; what has no id is a pair of its own and finds no copy."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._pairs: OrderedDict[str, Pair] = OrderedDict()

    def add(self, side: Side, entry: Entry) -> Pair:
        """Take an entry of a journal, seen before or not, and return the pair it belongs to."""
        request_id = entry["request_id"]
        key = f"id {request_id}" if request_id else f"{side} {entry['n']} {entry['at']}"
        pair = self._pairs.setdefault(key, Pair(key, request_id))
        entries: list[Entry] = getattr(pair, side)
        same = (entry["n"], entry["at"])
        known = [n for n, each in enumerate(entries) if (each["n"], each["at"]) == same]
        if known:
            entries[known[0]] = entry
        else:
            entries.append(entry)
        while len(self._pairs) > self._most:
            self._pairs.popitem(last=False)
        return pair


def differences(original: Entry, copy: Entry) -> list[str]:
    """Say how a copy differs from its original, a line each; there are none when it does not."""
    found = [
        f"{name}: {original[name]} → {copy[name]}"
        for name in ("method", "target", "version", "framing", "length")
        if original[name] != copy[name]
    ]
    if original["sha256"] != copy["sha256"]:
        found.append("body: other bytes")
    return found + _of_headers(original["headers"], copy["headers"])


def _of_headers(original: Iterable[Entry], copy: Iterable[Entry]) -> list[str]:
    before, after = _by_name(original), _by_name(copy)
    found = []
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            found.append(f"header removed: {name}")
        elif name not in before:
            found.append(f"header added: {name}: {', '.join(after[name])}")
        elif before[name] != after[name]:
            found.append(f"header {name}: {', '.join(before[name])} → {', '.join(after[name])}")
    return found


def _by_name(headers: Iterable[Any]) -> dict[str, list[str]]:
    """Return the values by name; how a name is spelt makes no difference in HTTP."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return found


def _shown(entry: Entry) -> dict[str, Any]:
    wanted = ("method", "target", "length", "sha256", "state", "headers", "at")
    return {name: entry[name] for name in wanted}
