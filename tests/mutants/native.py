"""Mutants of the gateways that mirror by themselves."""

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import broken

_ENVOY = "docker/envoy/envoy.yaml"
_NGINX = "docker/nginx/nginx.conf"
_TRAEFIK = "docker/traefik/routes/routes.yaml"
_ONCE = "{} copies each request on route v1 exactly once"
_SHARE = "{} copies *the share of route v2 that the policy asks for*"
_V3 = "{} copies no request on route v3"
_MARKED = "With {} the copy bears a marker, *"
_HEADERS = "{} keeps headers*"
_BODIES = "{} copies bodies up to 16 KB byte for byte"


def _envoy(name: str, breaks: str, patch: Patch, feature: str, killer: str) -> Mutant:
    killed = killer.format("Envoy")
    return broken(f"envoy-{name}", breaks, (patch,), (feature, "Envoy"), killed)


def _nginx(name: str, breaks: str, patch: Patch, feature: str, killer: str) -> Mutant:
    killed = killer.format("Nginx")
    return broken(f"nginx-{name}", breaks, (patch,), (feature, "Nginx"), killed)


def _traefik(name: str, breaks: str, patch: Patch, feature: str, killer: str) -> Mutant:
    killed = killer.format("Traefik")
    return broken(f"traefik-{name}", breaks, (patch,), (feature, "Traefik"), killed)


ENVOY = (
    _envoy(
        "mirrors-nothing",
        "Envoy copies nothing of route v1",
        Patch(_ENVOY, "{numerator: 100, ", "{numerator: 0, "),
        "native",
        "{} mirrors by itself",
    ),
    _envoy(
        "share",
        "Envoy copies a third of route v2",
        Patch(_ENVOY, "{numerator: 50, ", "{numerator: 33, "),
        "sampling",
        _SHARE,
    ),
    _envoy(
        "v3",
        "Envoy copies route v3",
        Patch(
            _ENVOY,
            "                          route: *to_primary\n"
            "                          request_headers_to_add: *route_v3\n",
            "                          route: {cluster: primary,"
            " request_mirror_policies: [{cluster: shadow}]}\n"
            "                          request_headers_to_add: *route_v3\n",
        ),
        "delivery",
        _V3,
    ),
    _envoy(
        "host",
        "Envoy's copies are for another host",
        Patch(
            _ENVOY,
            "disable_shadow_host_suffix_append: true",
            "disable_shadow_host_suffix_append: false",
            times=2,
        ),
        "copies",
        _HEADERS,
    ),
    _envoy(
        "marker",
        "Envoy marks the primary's request as well",
        Patch(
            _ENVOY,
            "            - {header: {key: x-route, value: v1}}\n",
            "            - {header: {key: x-route, value: v1}}\n"
            "                            - {header: {key: x-mirrored-by, value: me}}\n",
        ),
        "copies",
        _MARKED,
    ),
    _envoy(
        "twice",
        "Envoy copies requests on route v1 twice",
        Patch(
            _ENVOY,
            "                                  runtime_key: mirror.v1\n",
            "                                  runtime_key: mirror.v0\n"
            "                                  default_value: {numerator: 100}\n"
            "                              - cluster: shadow\n"
            "                                runtime_fraction:\n"
            "                                  runtime_key: mirror.v1\n",
        ),
        "delivery",
        _ONCE,
    ),
    _envoy(
        "impatient",
        "a shadow that reads slowly holds back Envoy's clients",
        Patch(_ENVOY, "      per_connection_buffer_limit_bytes: 67108864\n", ""),
        "isolation",
        "With {} a shadow that reads slowly does not slow down large uploads",
    ),
    _envoy(
        "software",
        "Envoy's answers say that they are Envoy's",
        Patch(
            _ENVOY,
            "response_headers_to_remove: [server]",
            "response_headers_to_add: [{header: {key: server, value: envoy}}]",
        ),
        "gateways",
        "No answer through {} tells which software it is",
    ),
)

NGINX = (
    _nginx(
        "mirrors-nothing",
        "Nginx is told what to mirror by a variable, which it takes for a name",
        Patch(_NGINX, "            mirror /_copy;\n", "            mirror $copied;\n", times=2),
        "delivery",
        _ONCE,
    ),
    _nginx(
        "share",
        "Nginx copies a third of route v2",
        Patch(_NGINX, "        50% 1;\n", "        33% 1;\n"),
        "sampling",
        _SHARE,
    ),
    _nginx(
        "v3",
        "Nginx copies route v3",
        Patch(
            _NGINX,
            "            proxy_pass http://primary;\n        }\n\n        # `mirror $variable`",
            "            mirror /_copy;\n            proxy_pass http://primary;\n        }\n\n"
            "        if ($route = v3) { set $copied 1; }\n        # `mirror $variable`",
        ),
        "delivery",
        _V3,
    ),
    _nginx(
        "no-bodies",
        "Nginx's copies have no body",
        Patch(
            _NGINX,
            '            proxy_set_header X-Route "";\n',
            '            proxy_set_header X-Route "";\n'
            "            proxy_pass_request_body off;\n"
            '            proxy_set_header Content-Length "";\n',
        ),
        "copies",
        _BODIES,
    ),
    _nginx(
        "path",
        "Nginx's copies lose what comes after the route",
        Patch(_NGINX, "http://$shadow$request_uri;", "http://$shadow/api/$route$is_args$args;"),
        "copies",
        "{} keeps unusual targets byte for byte",
    ),
    _nginx(
        "host",
        "Nginx's copies are for another host",
        Patch(
            _NGINX,
            "            proxy_set_header Host $http_host;\n",
            "            proxy_set_header Host $proxy_host;\n",
        ),
        "copies",
        _HEADERS,
    ),
    _nginx(
        "marker",
        "Nginx marks the primary's request as well",
        Patch(_NGINX, "X-Mirrored-By $marker;", 'X-Mirrored-By "me";'),
        "copies",
        _MARKED,
    ),
    _nginx(
        "twice",
        "Nginx copies each request twice",
        Patch(_NGINX, "mirror /_copy;\n", "mirror /_copy; mirror /_copy;\n", times=2),
        "delivery",
        _ONCE,
    ),
    _nginx(
        "patient",
        "Nginx waits for half a minute for the shadow, and so do clients",
        Patch(_NGINX, "            proxy_read_timeout 1s;\n", ""),
        "isolation",
        "With {} a shadow that never answers delays the next request *",
    ),
    Mutant(
        "nginx-keeps-connections",
        "the cure for Nginx's delays closes no connections",
        (Patch("features/support/cures.py", "keepalive_timeout 0;", "keepalive_timeout 60;"),),
        ("isolation: Nginx that closes connections on mirrored routes *",),
        features=("features/mirroring/isolation.feature",),
        titles="Nginx that closes connections",
    ),
    _nginx(
        "in-memory",
        "Nginx keeps whole bodies in memory",
        Patch(_NGINX, "client_body_buffer_size 64k;", "client_body_buffer_size 64m;"),
        "timing",
        "{} does not keep large uploads in memory",
    ),
    _nginx(
        "unlogged",
        "Nginx does not write down its copies",
        Patch(_NGINX, "            log_subrequest on;\n", ""),
        "running",
        "{} has no figures of copies, but its log has a line for each",
    ),
)

TRAEFIK = (
    _traefik(
        "mirrors-nothing",
        "Traefik is told no share, which means none",
        Patch(_TRAEFIK, "{name: copies, percent: 100}", "{name: copies}"),
        "delivery",
        _ONCE,
    ),
    _traefik(
        "share",
        "Traefik copies 49 % of route v2",
        Patch(_TRAEFIK, "percent: 50}", "percent: 49}"),
        "sampling",
        _SHARE,
    ),
    _traefik(
        "v3",
        "Traefik copies route v3",
        Patch(
            _TRAEFIK,
            "middlewares: [v3, unmarked]\n      service: primary",
            "middlewares: [v3, unmarked]\n      service: mirrored-v1",
        ),
        "delivery",
        _V3,
    ),
    _traefik(
        "no-bodies",
        "Traefik's copies have no body",
        Patch(
            _TRAEFIK,
            "        mirrors: [{name: copies, percent: 100}]\n",
            "        mirrorBody: false\n        mirrors: [{name: copies, percent: 100}]\n",
        ),
        "copies",
        _BODIES,
    ),
    _traefik(
        "path",
        "Traefik's copies lose what comes after the route",
        Patch(
            _TRAEFIK,
            "      middlewares: [copy]\n      service: shadow\n\n  middlewares:\n",
            "      middlewares: [copy, cut]\n      service: shadow\n\n  middlewares:\n"
            "    cut: {replacePathRegex: {regex: '^(/api/v.).*', replacement: '$1'}}\n",
        ),
        "copies",
        "{} cleans the path of a request *",
    ),
    _traefik(
        "host",
        "Traefik's copies are for another host",
        Patch(
            _TRAEFIK,
            "        serversTransport: shadow\n",
            "        serversTransport: shadow\n        passHostHeader: false\n",
        ),
        "copies",
        _HEADERS,
    ),
    _traefik(
        "marker",
        "Traefik marks the primary's request as well",
        Patch(
            _TRAEFIK,
            'unmarked: {headers: {customRequestHeaders: {X-Mirrored-By: ""}}}',
            "unmarked: {headers: {customRequestHeaders: {X-Mirrored-By: me}}}",
        ),
        "copies",
        _MARKED,
    ),
    _traefik(
        "twice",
        "Traefik copies each request on route v1 twice",
        Patch(
            _TRAEFIK,
            "[{name: copies, percent: 100}]",
            "[{name: copies, percent: 100}, {name: shadow, percent: 100}]",
        ),
        "delivery",
        _ONCE,
    ),
    _traefik(
        "shadow-first",
        "Traefik lets the shadow answer, and copies to the primary",
        Patch(
            _TRAEFIK,
            "        service: primary\n        mirrors: [{name: copies, percent: 100}]",
            "        service: copies\n        mirrors: [{name: primary, percent: 100}]",
        ),
        "timing",
        "{} copies no request whose client gave up before the answer",
    ),
)

MUTANTS = (*ENVOY, *NGINX, *TRAEFIK)
