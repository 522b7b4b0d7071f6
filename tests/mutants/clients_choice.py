"""Mutants by which clients decide what is copied, where copies go, or what they may do."""

from collections.abc import Iterable

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import COPYING, LUA, broken

_FEATURE = "clients_choice"
_RING = "docker/haproxy-ring/haproxy.cfg"
_GOREPLAY = "docker/goreplay/haproxy.cfg"
_ENVOY = "docker/envoy/routes.yaml"
_NGINX = "docker/nginx/nginx.conf"
_TRAEFIK = "docker/traefik/routes/routes.yaml"
_SECRET = '-m str -- "${MIRROR_MARKER-unset}"'
_EVADED = "With {} no header keeps a client's request from being copied"
_MISLED = "With {} copies go to the shadow alone, *"
_BACK_DOOR = "{} refuses what it refuses anyway, with a true marker as well"
_TUNNEL = "{} opens no tunnel for a client, to the primary or elsewhere"
_OBEYED = "With {} a client has no say in retries and time limits"


def _choice(gateway: str, name: str, breaks: str, patches: Iterable[Patch], killer: str) -> Mutant:
    plays = (_FEATURE, gateway)
    return broken(name, breaks, tuple(patches), plays, killer.format(gateway))


MUTANTS = (
    _choice(
        "HAProxy with Lua",
        "tunnel-opened",
        "HAProxy says that a tunnel is open, whoever asks for one",
        [
            Patch(
                LUA,
                "    # A route is its prefix itself",
                "    http-request return status 200 if { method CONNECT }\n"
                "    # A route is its prefix itself",
            )
        ],
        _TUNNEL,
    ),
    _choice(
        "HAProxy with SPOE",
        "passed-by-anybody",
        "the agent takes whoever names an agent in X-Mirror-Passed for a copy",
        [Patch(COPYING, 'rb":[ \\t]*" + name + rb"[ \\t]*\\r")', 'rb":[^\\r]*\\r")')],
        _EVADED,
    ),
    _choice(
        "HAProxy with Lua",
        "marker-in-any-case",
        "the Lua script compares markers without case",
        [
            Patch(
                "mirror-lua/mirror.lua",
                "return value == SECRET end",
                "return value:lower() == SECRET end",
            )
        ],
        _EVADED,
    ),
    _choice(
        "HAProxy with a log ring",
        "ring-marker-by-its-beginning",
        "HAProxy takes what begins like the marker for the marker",
        [Patch(_RING, _SECRET, _SECRET.replace("str", "beg"))],
        _EVADED,
    ),
    _choice(
        "HAProxy with GoReplay",
        "goreplay-client-says-no",
        "HAProxy lets a client's X-Mirror stand",
        [Patch(_GOREPLAY, "    http-request del-header X-Mirror\n", "")],
        _EVADED,
    ),
    _choice(
        "Envoy",
        "envoy-marker-within",
        "Envoy takes what contains the marker for the marker",
        [
            Patch(
                _ENVOY,
                'string_match: {exact: "${MIRROR_MARKER}"}',
                'string_match: {contains: "${MIRROR_MARKER}"}',
            )
        ],
        _EVADED,
    ),
    _choice(
        "Nginx",
        "nginx-marker-in-any-case",
        "Nginx compares markers without case",
        [Patch(_NGINX, '"~^\\Q${MIRROR_MARKER}', '"~*^\\Q${MIRROR_MARKER}')],
        _EVADED,
    ),
    _choice(
        "Traefik",
        "traefik-marker-within",
        "Traefik takes what contains the marker for the marker",
        [
            Patch(
                _TRAEFIK,
                "Header(`X-Mirrored-By`, `{{ $marker }}`)",
                "HeaderRegexp(`X-Mirrored-By`, `{{ $marker }}`)",
                times=3,
            )
        ],
        _EVADED,
    ),
    _choice(
        "Nginx",
        "nginx-copies-where-told",
        "Nginx sends copies where X-Forwarded-Host says",
        [
            Patch(
                _NGINX,
                "            set $shadow ${SHADOW};\n",
                "            set $shadow ${SHADOW};\n"
                "            if ($http_x_forwarded_host) { set $shadow $http_x_forwarded_host; }\n",
            )
        ],
        _MISLED,
    ),
    _choice(
        "HAProxy with SPOE",
        "target-as-it-came",
        "HAProxy hands over targets as they came, with a host where there is one",
        [Patch("docker/haproxy-spoe/mirror.spoe", "target=pathq", "target=url")],
        _MISLED,
    ),
    _choice(
        "HAProxy with a log ring",
        "ring-copies-may-all",
        "HAProxy lets copies use any method on v2 and v3",
        [Patch(_RING, "if !v1 !read_write\n", "if !v1 !read_write !copy\n")],
        _BACK_DOOR,
    ),
    _choice(
        "HAProxy with Lua",
        "lua-copies-go-anywhere",
        "HAProxy passes copies on whose path is no route's",
        [
            Patch(
                LUA,
                "unless v1 || v2 || v3\n",
                "unless v1 || v2 || v3 || { req.fhdr(X-Mirrored-By),lua.mirror_is_copy -m bool }\n",
            ),
            Patch(
                LUA,
                "    use_backend api_v3 if v3\n",
                "    use_backend api_v3 if v3\n    default_backend api_v3\n",
            ),
        ],
        _BACK_DOOR,
    ),
    _choice(
        "Envoy",
        "envoy-copies-may-all",
        "Envoy lets copies use any method on v3",
        [Patch(_ENVOY, "headers: [*marked, *read_write]}", "headers: [*marked]}")],
        _BACK_DOOR,
    ),
    _choice(
        "Traefik",
        "traefik-copies-may-all",
        "Traefik lets copies use any method on v3",
        [
            Patch(
                _TRAEFIK,
                "rule: PathRegexp(`^/api/v3(/|$)`) && Header(`X-Mirrored-By`, `{{ $marker }}`)"
                " && (Method(`GET`) || Method(`HEAD`) || Method(`POST`))",
                "rule: PathRegexp(`^/api/v3(/|$)`) && Header(`X-Mirrored-By`, `{{ $marker }}`)",
            )
        ],
        _BACK_DOOR,
    ),
    _choice(
        "Envoy",
        "envoy-obeys-clients",
        "Envoy lets whoever is on its own network ask for retries and time limits",
        [
            Patch(
                "docker/envoy/listeners.yaml",
                "              use_remote_address: true\n",
                "              use_remote_address: true\n"
                "              internal_address_config:"
                " {cidr_ranges: [{address_prefix: 127.0.0.0, prefix_len: 8}]}\n",
            )
        ],
        _OBEYED,
    ),
    _choice(
        "HAProxy with Lua",
        "lua-tries-again",
        "HAProxy sends again what the primary answered with 503",
        [
            Patch(
                LUA,
                "    timeout queue        5s\n",
                "    timeout queue        5s\n    retry-on 503\n",
            )
        ],
        _OBEYED,
    ),
)
