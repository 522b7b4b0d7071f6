"""Mutants whose figures tell of another fate of copies than theirs, or tell it everybody."""

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import LUA, MIRROR, POOL, SPOE, broken

_RING = "docker/haproxy-ring/haproxy.cfg"
_SCRIPT = "mirror-lua/mirror.lua"
_OWN = "{} has a figure of its own for copies to a shadow that "
_HIDDEN = "{} shows its figures to no client"
_LOCKED = "{} refuses its figures to who has no password"
_AUTH = "    http-request auth realm Statistics unless { http_auth(stats_users) }\n"


def _figures(gateway: str, name: str, breaks: str, patch: Patch, *killers: str) -> Mutant:
    named = (each.format(gateway) for each in killers)
    return broken(name, breaks, (patch,), ("figures", gateway), *named)


MUTANTS = (
    _figures(
        "HAProxy with Lua",
        "lua-late-is-closed",
        "the Lua script counts a shadow that is late as one that hung up",
        Patch(_SCRIPT, "= worker.overdue, nil\n", '= "closed", nil\n'),
        _OWN + "answers too late",
    ),
    _figures(
        "HAProxy with Lua",
        "lua-absent-is-late",
        "the Lua script counts a shadow that does not listen as one that is late",
        Patch(_SCRIPT, 'clock + connect_timeout, "connect"', 'clock + connect_timeout, "timeout"'),
        _OWN + "does not listen",
    ),
    _figures(
        "HAProxy with Lua",
        "lua-number-is-bytes",
        "the Lua script counts what its queue has no place for as too many bytes",
        Patch(
            _SCRIPT,
            'QUEUE_ITEMS then return "queue_full"',
            'QUEUE_ITEMS then return "queue_bytes"',
        ),
        "{} counts copies for which its queue has no room, by their number",
    ),
    _figures(
        "HAProxy with SPOE",
        "reset-is-bad-answer",
        "the agent counts a shadow that hung up as one with a bad answer",
        Patch(
            "mirror-agent/mirror_agent/sender/connection.py",
            "self._owner.failed(CLOSED,",
            "self._owner.failed(BAD_ANSWER,",
        ),
        _OWN + "hangs up",
    ),
    _figures(
        "HAProxy with SPOE",
        "errors-are-successes",
        "the agent counts answers by the tens of their status",
        Patch(POOL, "tally.answers[status // 100] += 1", "tally.answers[status // 250] += 1"),
        _OWN + "answers with errors",
    ),
    _figures(
        "HAProxy with SPOE",
        "bytes-without-a-bound",
        "the agent looks at the bytes that wait, and not at those that come",
        Patch(
            POOL,
            "if self._queue.bytes + size > shadow.queue_bytes:",
            "if size > shadow.queue_bytes:",
        ),
        "{} counts copies for which its queue has no room, by their bytes",
    ),
    _figures(
        "HAProxy with a log ring",
        "left-out-is-no-route",
        "the agent counts what chance left out as requests without a route",
        Patch(MIRROR, "self._drop(reasons.NOT_SAMPLED)", "self._drop(reasons.NO_ROUTE)"),
        "{} counts the requests on route v2 that chance left out",
    ),
    _figures(
        "HAProxy with a log ring",
        "ring-loops-unseen",
        "HAProxy does not count copies that come back",
        Patch(_RING, "    http-request sc-inc-gpc0(1) if { sc1_tracked }\n", ""),
        "{} counts copies that come back",
    ),
    _figures(
        "HAProxy with GoReplay",
        "goreplay-loop-is-no-route",
        "the middleware counts copies that come back as requests without a route",
        Patch(
            "goreplay-middleware/gor_middleware/middleware.py",
            "            return account.LOOP\n",
            "            return account.NO_ROUTE\n",
        ),
        "{} counts copies that come back",
    ),
    _figures(
        "HAProxy with a log ring",
        "ring-figures-open",
        "HAProxy shows what it counts of copies before it asks for the password",
        Patch(
            _RING,
            f'    .if strneq("$STATS_USER","") && strneq("$STATS_PASSWORD","")\n{_AUTH}',
            "    http-request return status 200 if { path /mirroring }\n"
            f'    .if strneq("$STATS_USER","") && strneq("$STATS_PASSWORD","")\n{_AUTH}',
        ),
        _LOCKED,
    ),
    _figures(
        "HAProxy with SPOE",
        "figures-at-the-gateway",
        "HAProxy shows its figures to clients as well",
        Patch(
            SPOE,
            "    http-request return status 404 ",
            "    http-request use-service prometheus-exporter if { path /metrics }\n"
            "    http-request return status 404 ",
        ),
        _HIDDEN,
    ),
    _figures(
        "Traefik",
        "traefik-figures-at-the-gateway",
        "Traefik shows its figures at its gateway's door",
        Patch(
            "docker/traefik/traefik.yaml",
            "prometheus: {entryPoint: stats,",
            "prometheus: {entryPoint: gateway,",
        ),
        _HIDDEN,
    ),
    _figures(
        "Envoy",
        "envoy-takes-orders",
        "Envoy's admin interface takes orders",
        Patch(
            "docker/envoy/envoy.yaml",
            "    - {exact: /stats}\n",
            "    - {exact: /stats}\n    - {prefix: /logging}\n",
        ),
        "{} shows its figures to whoever reaches them, and takes no orders there",
    ),
    _figures(
        "HAProxy with Lua",
        "lua-json-for-clients",
        "HAProxy shows what the Lua script counts to clients as well",
        Patch(
            LUA,
            "    http-request return status 404 ",
            "    http-request use-service lua.mirror_json if { path /mirroring.json }\n"
            "    http-request return status 404 ",
        ),
        _HIDDEN,
    ),
)
