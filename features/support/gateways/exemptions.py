"""Promises that mean nothing for a gateway, and why; all others it keeps, or has as a limit."""

from collections.abc import Mapping

_NO_TOOL = "nothing runs beside HAProxy"
_BY_ITSELF = "nothing runs beside it"
_LIVE = "it is never reloaded: changes take effect while it runs"
_DEPENDS = "HAProxy 3.1 and newer hand it over at once, older ones when the answer begins"
_NOTHING_BESIDE = {"HAProxy with Lua": _NO_TOOL} | dict.fromkeys(
    ("Envoy", "Nginx", "APISIX", "Traefik"), _BY_ITSELF
)
_RESTART = "its share is an argument of its start, so a new one needs a restart of the tool"
_ANOTHER_TOOL = "one runs for each shadow: a second shadow is for another GoReplay beside it"
_NEW_START = "its shadow is an argument of its start, so a second needs a restart of the tool"
_ONE_SHADOW = {
    "HAProxy with GoReplay": _ANOTHER_TOOL,
    "HAProxy with Teeproxy": _NEW_START,
    "APISIX": "a route has one shadow (apache/apisix#9690)",
}
_NO_LARGE_COPIES = "it copies no body that is larger than HAProxy's buffer"

DOES_NOT_APPLY: Mapping[str, Mapping[str, str]] = {
    "slow-reader": {
        "HAProxy with SPOE": _NO_LARGE_COPIES,
        "HAProxy with a log ring": _NO_LARGE_COPIES,
        "HAProxy with GoReplay": "it may not copy a body of 10 MB at all",
    },
    "tool-dead": _NOTHING_BESIDE,
    "tool-frozen": _NOTHING_BESIDE,
    "tool-back": _NOTHING_BESIDE,
    "account": {"APISIX": "it keeps neither figures nor a log of copies"},
    "copy-at-once": {"HAProxy with a log ring": _DEPENDS},
    "reload": dict.fromkeys(("Envoy", "APISIX", "Traefik"), _LIVE),
    "second-shadow": _ONE_SHADOW,
    "one-shadow-dead": _ONE_SHADOW,
    "tool-restarted": _NOTHING_BESIDE,
    "tool-frozen-under-load": {
        **_NOTHING_BESIDE,
        "HAProxy with Teeproxy": "clients wait for it while it is frozen, so no load gets past it",
    },
    "new-share": {"HAProxy with GoReplay": _RESTART, "HAProxy with Teeproxy": _RESTART},
}
