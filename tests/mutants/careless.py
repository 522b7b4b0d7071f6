"""Mutants of configurations as a careless maintainer makes them: a line lost, a wrong word."""

from tests.mutants.mutant import Patch
from tests.mutants.way import careless

_RING = "docker/haproxy-ring/haproxy.cfg"
_ENVOY = "docker/envoy/routes.yaml"
_TRAEFIK = "docker/traefik/routes/routes.yaml"
_V1 = "    http-request set-header X-Route v1\n"
_CREDENTIALS = "With {} credentials reach the primary and not the shadow"
_EDGES = "{} refuses requests that belong to no route"


_RINGS = (
    careless(
        "HAProxy with a log ring",
        "ring-v2-forgotten",
        "HAProxy writes no lines for route v2",
        Patch(_RING, "bool(true) if v1 !copy || v2 !copy\n", "bool(true) if v1 !copy\n"),
        "sampling: {} copies the share of route v2 that the policy asks for",
    ),
    careless(
        "HAProxy with a log ring",
        "ring-no-query",
        "a line has the path of a request, and not its query",
        Patch(_RING, "set-var(txn.m_target)  pathq  ", "set-var(txn.m_target)  path   "),
        "copies: {} keeps unusual targets byte for byte",
    ),
    careless(
        "HAProxy with a log ring",
        "ring-one-header-each",
        "a line has Host and the request's id, and no other headers",
        Patch(
            _RING,
            "set-var(txn.m_headers) req.hdrs ",
            'set-var-fmt(txn.m_headers) "host: %[req.hdr(host)]\\r\\n'
            'x-request-id: %[req.hdr(x-request-id)]\\r\\n\\r\\n"',
        ),
        "copies: {} keeps headers, repeated ones, *",
    ),
    careless(
        "HAProxy with a log ring",
        "ring-lines-of-16-kb",
        "the ring takes lines of 16 KB at most",
        Patch(_RING, "    maxlen 65535\n", "    maxlen 16384\n"),
        "copies: {} copies bodies up to 16 KB byte for byte",
    ),
    careless(
        "HAProxy with a log ring",
        "ring-closes-connections",
        "HAProxy closes clients' connections on route v1",
        Patch(_RING, _V1, f"    http-after-response set-header Connection close\n{_V1}"),
        "answers: {} passes on answers whole, mirrored or not",
    ),
    careless(
        "HAProxy with a log ring",
        "ring-forged-marker-stays",
        "a client's own marker reaches the primary",
        Patch(_RING, "    http-request del-header X-Mirrored-By unless copy\n", ""),
        "security: With {} a client's own marker is replaced, *",
    ),
    careless(
        "HAProxy with a log ring",
        "ring-does-not-stay",
        "HAProxy writes the line with what has come of a body by then",
        Patch(
            _RING,
            "wait-for-body time 30s                 if { var(txn.mirror) -m bool }",
            "set-var(txn.nothing) bool(true)",
        ),
        "copies: {} copies a body that comes in chunks byte for byte",
    ),
    careless(
        "HAProxy with a log ring",
        "ring-any-method-of-v2",
        "HAProxy refuses no method of v2",
        Patch(
            _RING,
            '"method not allowed\\n" hdr Allow "GET, HEAD, POST" if !v1 !read_write',
            '"method not allowed\\n" hdr Allow "GET, HEAD, POST" if v3 !read_write',
        ),
        "gateways: {} refuses methods that a route does not offer, *",
    ),
)
_ENVOYS = (
    careless(
        "Envoy",
        "envoy-few-at-once",
        "no more than two copies are on their way at the same time",
        Patch("docker/envoy/clusters.yaml", "max_requests: 4096", "max_requests: 2"),
        "running: {} copies each of 2000 requests that come from 20 clients at once",
    ),
    careless(
        "Envoy",
        "envoy-cookies",
        "Envoy's copies have users' cookies",
        Patch(_ENVOY, "                    - {remove: cookie}\n", ""),
        f"copies: {_CREDENTIALS}",
    ),
    careless(
        "Envoy",
        "envoy-any-beginning",
        "Envoy takes all that begins like v3 for v3",
        Patch(
            _ENVOY,
            "- match: {path_separated_prefix: /api/v3, headers: [*read_write]",
            "- match: {prefix: /api/v3, headers: [*read_write]",
        ),
        f"gateways: {_EDGES}",
    ),
    careless(
        "Envoy",
        "envoy-tries-again",
        "Envoy sends again what the primary has reset",
        Patch(
            _ENVOY,
            "              cluster: primary\n              timeout: 30s\n",
            "              cluster: primary\n"
            "              timeout: 30s\n"
            "              retry_policy: {retry_on: reset}\n",
            times=2,
        ),
        "retries: With {} a primary that resets every second connection gets each request once",
    ),
)
_TRAEFIKS = (
    careless(
        "Traefik",
        "traefik-cookies",
        "Traefik's copies have users' cookies",
        Patch(_TRAEFIK, '          Cookie: ""\n', ""),
        "copies: With {} the primary does not get Proxy-Authorization",
    ),
    careless(
        "Traefik",
        "traefik-any-beginning",
        "Traefik takes all that begins like v3 for v3",
        Patch(
            _TRAEFIK, "PathRegexp(`^/api/v3(/|$)`) && (Method", "PathRegexp(`^/api/v3`) && (Method"
        ),
        f"gateways: {_EDGES}",
    ),
    careless(
        "Traefik",
        "traefik-more-methods",
        "Traefik takes PATCH on v2 as well",
        Patch(
            _TRAEFIK,
            "rule: PathRegexp(`^/api/v2(/|$)`) && (Method(`GET`)",
            "rule: PathRegexp(`^/api/v2(/|$)`) && (Method(`PATCH`) || Method(`GET`)",
        ),
        "gateways: {} refuses methods that a route does not offer, *",
    ),
    careless(
        "Traefik",
        "traefik-port-in-host",
        "Traefik's copies come in the name of the inner door",
        Patch(
            _TRAEFIK,
            '          Proxy-Authorization: ""\n',
            '          Proxy-Authorization: ""\n          Host: copies.example\n',
        ),
        "copies: {} keeps headers and the host, but *",
    ),
)
MUTANTS = (*_RINGS, *_ENVOYS, *_TRAEFIKS)
