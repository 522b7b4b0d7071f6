"""Mutants that do not do what an operator chose."""

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import COPYING, MIRROR, broken, broken_spoe

_FAMILY = "features/support/gateways/haproxy_family.py"
_SAFE, _HOST = "{} copies safe methods alone *", "{} names the shadow's own host *"
_SPOE, _LUA, _GOREPLAY = "HAProxy with SPOE", "HAProxy with Lua", "HAProxy with GoReplay"


def _of(gateway: str, name: str, breaks: str, patch: Patch, killer: str) -> Mutant:
    return broken(name, breaks, (patch,), ("choices", gateway), killer.format(gateway))


MUTANTS = (
    broken_spoe(
        "methods-ignored",
        "the agent copies all methods, whatever it is told",
        Patch(MIRROR, "elif lane.methods is not None and ", "elif lane.methods == () and "),
        "choices",
        _SAFE.format(_SPOE),
    ),
    broken_spoe(
        "host-ignored",
        "the agent's copies keep the client's host, whatever it is told",
        Patch(COPYING, "        if host.replace:\n", "        if not host.line:\n"),
        "choices",
        _HOST.format(_SPOE),
    ),
    broken_spoe(
        "few-headers-removed",
        "the agent takes three headers out of copies at most",
        Patch(COPYING, "CUT_HEADER.decode(), *remove)", "CUT_HEADER.decode(), *remove[:3])"),
        "choices",
        f"{_SPOE} keeps copies out of production's traces *",
    ),
    _of(
        _LUA,
        "lua-few-headers-removed",
        "Lua takes three headers out of copies at most",
        Patch(
            "mirror-lua/mirror.lua",
            "HEADER, table.unpack(REMOVE) }",
            "HEADER, table.unpack(REMOVE, 1, 3) }",
        ),
        "{} keeps copies out of production's traces *",
    ),
    broken_spoe(
        "session-by-request",
        "what is taken for a session is a request",
        Patch(_FAMILY, "req.cook(session)", "req.hdr(X-Request-Id)"),
        "sessions",
        f"{_SPOE} copies whole sessions *",
    ),
    broken_spoe(
        "half-the-sessions",
        "half of the sessions that were asked for are mirrored",
        Patch(_FAMILY, "mod(10000)", "mod(20000)"),
        "sessions",
        f"{_SPOE} copies whole sessions *",
    ),
    broken(
        "nginx-other-sessions",
        "Nginx draws sessions anew for each share",
        (
            Patch(
                "features/support/gateways/nginx.py",
                'f"split_clients $cookie_session $chosen',
                'f"split_clients $cookie_session{percent} $chosen',
            ),
        ),
        ("sessions", "Nginx"),
        "With Nginx sessions that are copied stay so *",
    ),
    _of(
        _LUA,
        "lua-host-ignored",
        "Lua's copies keep the client's host, whatever it is told",
        Patch(
            "mirror-lua/mirror.lua",
            'if HOST ~= "" then unwanted',
            "if false then unwanted",
        ),
        _HOST,
    ),
    _of(
        _GOREPLAY,
        "goreplay-methods-ignored",
        "GoReplay copies all methods, whatever it is told",
        Patch(
            "goreplay-middleware/gor_middleware/middleware.py",
            "        if methods and request",
            "        if not methods and request",
        ),
        _SAFE,
    ),
)
