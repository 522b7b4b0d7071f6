"""The settings of the middleware, from the environment that goreplay.sh makes."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, 5.6.2
_HOST = re.compile(r"[A-Za-z0-9.:_\[\]-]*")


class SettingsError(Exception):
    """What is wrong with which environment variable, in one line."""


@dataclass(frozen=True)
class Settings:
    """`shares` are percent by route, no `methods` are all, no `host` is the client's.

    `timeout` is in seconds, `largest` a size in bytes, `restarts` how often the start script had to
    start GoReplay again. `name` stands in X-Mirror-Passed, and nobody can guess it: made of the
    marker's secret, or drawn by chance.
    """

    shares: Mapping[bytes, float]
    methods: frozenset[bytes]
    host: bytes
    marker: bytes
    name: bytes
    remove: frozenset[bytes]
    timeout: float
    connections: int
    largest: int
    metrics: tuple[str, int]
    restarts: int

    @property
    def added(self) -> tuple[tuple[bytes, bytes], ...]:
        """What is added to a copy: what says that it is one, and a host of its own."""
        own = ((b"Host", self.host),) if self.host else ()
        return *own, (b"X-Mirrored-By", self.marker), (b"X-Mirror-Passed", self.name)

    @property
    def gone(self) -> frozenset[bytes]:
        """The names of what is left out of a copy, in lower case."""
        return self.remove | {b"host"} if self.host else self.remove


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings that goreplay.sh explains. Raises SettingsError."""
    host, _, port = environment["METRICS_BIND"].rpartition(":")
    return Settings(
        shares=dict(_share(word) for word in environment["MIRROR_SHARES"].split()),
        methods=frozenset(_method(word) for word in environment.get("MIRROR_METHODS", "").split()),
        host=_host(environment.get("MIRROR_HOST", "")),
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


def _method(word: str) -> bytes:
    if not _TOKEN.fullmatch(word):
        raise SettingsError(f"MIRROR_METHODS: {word!r} is not a method, such as GET")
    return word.encode()


def _host(text: str) -> bytes:
    if not _HOST.fullmatch(text):
        raise SettingsError(f"MIRROR_HOST: {text!r} is not a host, such as shadow.example")
    return text.encode()


def _number(environment: Mapping[str, str], name: str, least: int, most: int) -> int:
    text = environment[name]
    digits = text.isascii() and text.isdigit() and len(text) <= 10
    if not (digits and least <= int(text) <= most):
        raise SettingsError(f"{name}: {text!r} is not a whole number from {least} to {most}")
    return int(text)
