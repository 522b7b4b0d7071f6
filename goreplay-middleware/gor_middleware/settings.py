"""The settings of the middleware, from the environment that goreplay.sh makes."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1


class SettingsError(Exception):
    """What is wrong with which environment variable, in one line."""


@dataclass(frozen=True)
class Settings:
    """`shares` are percent by route, `timeout` is in seconds, `largest` a size in bytes.

    `restarts` is how often the start script had to start GoReplay again. `name` stands in
    X-Mirror-Passed, and nobody can guess it: made of the marker's secret, or drawn by chance.
    """

    shares: Mapping[bytes, float]
    marker: bytes
    name: bytes
    remove: frozenset[bytes]
    timeout: float
    connections: int
    largest: int
    metrics: tuple[str, int]
    restarts: int

    @property
    def marks(self) -> tuple[tuple[bytes, bytes], ...]:
        """What says that a copy is one."""
        return (b"X-Mirrored-By", self.marker), (b"X-Mirror-Passed", self.name)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings that goreplay.sh explains. Raises SettingsError."""
    host, _, port = environment["METRICS_BIND"].rpartition(":")
    return Settings(
        shares=dict(_share(word) for word in environment["MIRROR_SHARES"].split()),
        marker=environment["MIRROR_MARKER"].encode() or b"goreplay",
        name=_name(environment["MIRROR_MARKER"]),
        remove=frozenset(environment["MIRROR_REMOVE"].lower().encode().split()),
        timeout=_number(environment, "SHADOW_TIMEOUT", 1, 600),
        connections=_number(environment, "SHADOW_CONNECTIONS", 1, 1000),
        largest=_number(environment, "MIRROR_LARGEST", 1, 1024) << 20,
        metrics=(host.strip("[]"), _number({"METRICS_BIND": port}, "METRICS_BIND", 0, 65535)),
        restarts=_number({"RESTARTS": "0", **environment}, "RESTARTS", 0, 10**9),
    )


def _name(secret: str) -> bytes:
    if not secret:
        return secrets.token_hex(8).encode()
    return sha1(secret.encode(), usedforsecurity=False).hexdigest()[:16].encode()


def _share(word: str) -> tuple[bytes, float]:
    route, _, percent = word.partition("=")
    try:
        share = float(percent)
    except ValueError:
        share = -1
    if not route or not 0 <= share <= 100:
        raise SettingsError(f"MIRROR_SHARES: {word!r} is not route=percent, such as v1=100")
    return route.encode(), share


def _number(environment: Mapping[str, str], name: str, least: int, most: int) -> int:
    text = environment[name]
    digits = text.isascii() and text.isdigit() and len(text) <= 10
    if not (digits and least <= int(text) <= most):
        raise SettingsError(f"{name}: {text!r} is not a whole number from {least} to {most}")
    return int(text)
