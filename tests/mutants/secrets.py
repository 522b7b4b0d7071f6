"""Mutants that let credentials into logs, or into the trailers of copies."""

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import SPOE, broken

_RING = "docker/haproxy-ring/haproxy.cfg"
_CAPTURED = '    bind "${GATEWAY_BIND}"\n'
_LOGGED = "Neither {} nor what runs beside it logs credentials"


def _leak(gateway: str, name: str, breaks: str, patch: Patch, killer: str = _LOGGED) -> Mutant:
    return broken(name, breaks, (patch,), ("secrets", gateway), killer.format(gateway))


MUTANTS = (
    _leak(
        "HAProxy with SPOE",
        "spoe-logs-cookies",
        "HAProxy captures cookies for its access log",
        Patch(SPOE, _CAPTURED, f"{_CAPTURED}    capture cookie session len 100\n"),
    ),
    _leak(
        "HAProxy with Lua",
        "lua-logs-headers",
        "the Lua script logs headers",
        Patch(
            "mirror-lua/mirror.lua",
            "   local wanted = admit(",
            "   core.log(core.info, (fields:gsub('%c+', ' ')))\n   local wanted = admit(",
        ),
    ),
    _leak(
        "HAProxy with a log ring",
        "ring-logs-lines",
        "HAProxy writes the lines that are for the agent into its log as well",
        Patch(
            _RING,
            "    log ring@mirror len 65535 format raw local0\n",
            "    log ring@mirror len 65535 format raw local0\n"
            "    log stdout len 65535 format raw local0\n",
        ),
    ),
    _leak(
        "HAProxy with GoReplay",
        "goreplay-prints-requests",
        "the middleware prints the requests that it takes",
        Patch(
            "goreplay-middleware/gor_middleware/middleware.py",
            "        route = request.value(ROUTE)\n",
            '        __import__("sys").stderr.write(f"{request.headers}\\n")\n'
            "        route = request.value(ROUTE)\n",
        ),
    ),
    _leak(
        "Envoy",
        "envoy-logs-authorization",
        "Envoy's access log tells Authorization",
        Patch(
            "docker/envoy/listeners.yaml",
            "              stat_prefix: gateway\n",
            "              stat_prefix: gateway\n"
            "              access_log:\n"
            "                - name: envoy.access_loggers.stdout\n"
            "                  typed_config:\n"
            '                    "@type": type.googleapis.com/'
            "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog\n"
            "                    log_format: {text_format_source:"
            ' {inline_string: "%REQ(AUTHORIZATION)%\\n"}}\n',
        ),
    ),
    _leak(
        "Nginx",
        "nginx-logs-cookies",
        "Nginx's line for a copy tells the cookie",
        Patch(
            "docker/nginx/nginx.conf",
            '"copy $upstream_status $id"',
            '"copy $upstream_status $id $http_cookie"',
        ),
    ),
    _leak(
        "Traefik",
        "traefik-logs-headers",
        "Traefik's access log tells all headers",
        Patch(
            "docker/traefik/traefik.yaml",
            "log: {level: WARN}\n",
            "log: {level: WARN}\n"
            "accessLog: {format: json, fields: {headers: {defaultMode: keep}}}\n",
        ),
    ),
    _leak(
        "HAProxy with GoReplay",
        "goreplay-trailers",
        "the middleware leaves trailers as they are",
        Patch(
            "goreplay-middleware/gor_middleware/request.py",
            "    start = _trailers_at(body)\n    if start is None or",
            "    start = None\n    if start is None or",
        ),
        "With {} credentials in trailers do not reach the shadow",
    ),
)
