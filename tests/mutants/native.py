"""Mutants of Envoy and Traefik, which mirror by themselves."""

from functools import partial

from tests.mutants.mutant import Patch
from tests.mutants.way import broken_itself

_ENVOY = "docker/envoy/routes.yaml"
_CLUSTERS = "docker/envoy/clusters.yaml"
_LISTENERS = "docker/envoy/listeners.yaml"
_TRAEFIK = "docker/traefik/routes/routes.yaml"
ONCE = "{} copies each request on route v1 exactly once"
SHARE = "{} copies *the share of route v2 that the policy asks for*"
V3 = "{} copies no request on route v3"
MARKED = "With {} the copy has a marker, *"
HEADERS = "{} keeps headers*"
BODIES = "{} copies bodies up to 16 KB byte for byte"


_envoy = partial(broken_itself, "Envoy")
_traefik = partial(broken_itself, "Traefik")

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
        SHARE,
    ),
    _envoy(
        "v3",
        "Envoy copies route v3",
        Patch(
            _ENVOY,
            "            route: *to_primary\n"
            "            request_headers_to_add: *route_v3\n"
            "            request_headers_to_remove",
            "            route: {cluster: primary, request_mirror_policies: [{cluster: shadow}]}\n"
            "            request_headers_to_add: *route_v3\n"
            "            request_headers_to_remove",
        ),
        "delivery",
        V3,
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
        HEADERS,
    ),
    _envoy(
        "marker",
        "Envoy marks the primary's request as well",
        Patch(
            _ENVOY,
            "              - {header: {key: x-route, value: v1}}\n",
            "              - {header: {key: x-route, value: v1}}\n"
            "              - {header: {key: x-mirrored-by, value: me}}\n",
        ),
        "copies",
        MARKED,
    ),
    _envoy(
        "twice",
        "Envoy copies requests on route v1 twice",
        Patch(
            _ENVOY,
            "                    default_value: {numerator: 100, denominator: HUNDRED}\n",
            "                    default_value: {numerator: 100, denominator: HUNDRED}\n"
            "                - cluster: shadow\n",
        ),
        "delivery",
        ONCE,
    ),
    _envoy(
        "impatient",
        "a shadow that reads slowly holds back Envoy's clients",
        Patch(_CLUSTERS, "    per_connection_buffer_limit_bytes: 67108864\n", ""),
        "isolation",
        "With {} a shadow that reads slowly does not slow down large uploads",
    ),
    _envoy(
        "routes-unwatched",
        "Envoy reads its routes once",
        Patch(
            _LISTENERS,
            '                    watched_directory: {path: "${RENDERED}"}\n',
            '                    watched_directory: {path: "/proc"}\n',
        ),
        "sampling",
        "With {} a new share of * takes effect without a restart",
    ),
    _envoy(
        "written-in-place",
        "what is filled in is written in place, which Envoy does not notice",
        Patch(
            "docker/render.sh",
            'mv -f "$1.new" "$1" || fail',
            'cat "$1.new" >"$1" || fail',
        ),
        "running",
        "A reload of {} under traffic loses no request and no copy",
    ),
    _envoy(
        "any-marker",
        "Envoy takes any marker for its own",
        Patch(_ENVOY, 'string_match: {exact: "${MIRROR_MARKER}"}}', "present_match: true}"),
        "security",
        "With {} a client's own marker is replaced, *",
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

TRAEFIK = (
    _traefik(
        "mirrors-nothing",
        "Traefik is told no share, which means none",
        Patch(_TRAEFIK, "{name: copies, percent: 100}", "{name: copies}"),
        "delivery",
        ONCE,
    ),
    _traefik(
        "share",
        "Traefik copies 42 % of route v2",
        Patch(_TRAEFIK, "percent: 50}", "percent: 42}"),
        "sampling",
        SHARE,
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
        V3,
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
        BODIES,
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
        "{} normalizes the path of a request *",
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
        HEADERS,
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
        MARKED,
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
        ONCE,
    ),
    _traefik(
        "unmarked",
        "Traefik takes the marker from a variable that nobody sets",
        Patch(_TRAEFIK, 'env "MIRROR_MARKER" | default (randAlphaNum 32)', 'env "MIRROR_MARK"'),
        "security",
        "{} does not copy a copy again",
    ),
    _traefik(
        "unwatched",
        "Traefik reads its routes once",
        Patch("docker/traefik/traefik.yaml", "watch: true}", "watch: false}"),
        "running",
        "A reload of {} under traffic loses no request, and seldom one copy",
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

MUTANTS = (*ENVOY, *TRAEFIK)
