"""Promises that mean nothing for a gateway, and why; all others it keeps, or has as a limit."""

from collections.abc import Mapping

_NO_TOOL = "nothing runs beside HAProxy"
_RESTART = "its share is an argument of its start, so a new one needs a restart of the tool"
_ANOTHER_TOOL = "one runs for each shadow: a second shadow is for another GoReplay beside it"
_NEW_START = "its shadow is an argument of its start, so a second needs a restart of the tool"
_NO_LARGE_COPIES = "it copies no body that is larger than HAProxy's buffer"

DOES_NOT_APPLY: Mapping[str, Mapping[str, str]] = {
    "slow-reader": {
        "HAProxy with SPOE": _NO_LARGE_COPIES,
        "HAProxy with a log ring": _NO_LARGE_COPIES,
        "HAProxy with GoReplay": "it may not copy a body of 10 MB at all",
    },
    "tool-dead": {"HAProxy with Lua": _NO_TOOL},
    "tool-frozen": {"HAProxy with Lua": _NO_TOOL},
    "tool-back": {"HAProxy with Lua": _NO_TOOL},
    "tool-restarted": {"HAProxy with Lua": _NO_TOOL},
    "tool-frozen-under-load": {
        "HAProxy with Lua": _NO_TOOL,
        "HAProxy with Teeproxy": "clients wait for it while it is frozen, so no load gets past it",
    },
    "new-share": {"HAProxy with GoReplay": _RESTART, "HAProxy with Teeproxy": _RESTART},
}
