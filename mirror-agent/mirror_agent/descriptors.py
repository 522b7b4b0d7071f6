"""How many descriptors the settings need, and whether the system allows that many."""

import resource

from .settings.model import Settings
from .settings.nodes import ConfigError

SPARE = 128  # /metrics, logs, listening sockets, and connections that are just being closed
_MANY = 1_000_000


def check(settings: Settings) -> None:
    """Raise the limit as far as needed and allowed; raises ConfigError where that is too low."""
    wanted, allowed = needed(settings), _allowed()
    if wanted > allowed:
        raise ConfigError(
            [
                f"mirror-agent: {wanted} open files are needed and {allowed} allowed: raise the"
                " limit (ulimit -n, LimitNOFILE=), or lower max_connections of inputs or"
                " connections of shadows"
            ]
        )


def needed(settings: Settings) -> int:
    """Return how many descriptors a process needs at most."""
    inputs = [spec.max_connections for spec in (settings.spoe, settings.ring) if spec is not None]
    return sum(inputs) + sum(shadow.connections for shadow in settings.shadows) + SPARE


def _allowed() -> int:
    """Raise the limit of open files as far as allowed and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        return _MANY if soft == resource.RLIM_INFINITY else soft
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
