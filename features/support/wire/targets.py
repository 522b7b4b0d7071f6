"""What routes are called elsewhere: the features say /api/v1, somebody's gateway another prefix.

Requests get the gateway's own prefix as they are written, and journals are read back, so that
nothing else knows. The gateways of the catalogue have the prefixes of the features.
"""

from collections.abc import Mapping

_own: dict[str, str] = {}


def use_prefixes(own: Mapping[str, str]) -> None:
    """Let a gateway have prefixes of its own from now on: those of the features, and what for."""
    _own.clear()
    _own.update(own)


def there(target: str) -> str:
    """Return a request's target as the gateway knows it."""
    return _moved(target, _own)


def back(target: str) -> str:
    """Return a target that arrived as the features know it."""
    return _moved(target, {own: known for known, own in _own.items()})


def route_of(target: str) -> str | None:
    """Return the route of a target where a gateway is described; others tell it in a header."""
    known = next((each for each in _own if _is_below(target, each)), None)
    return known and known.rpartition("/")[2]


def _moved(target: str, prefixes: Mapping[str, str]) -> str:
    found = [each for each in prefixes if _is_below(target, each)]
    if not found:
        return target
    prefix = max(found, key=len)
    return prefixes[prefix] + target[len(prefix) :]


def _is_below(target: str, prefix: str) -> bool:
    return target.startswith(prefix) and target[len(prefix) :][:1] in ("", "/", "?")
