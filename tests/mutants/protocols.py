"""Mutants that treat clients otherwise who speak TLS or HTTP/2."""

from tests.mutants.mutant import Patch
from tests.mutants.way import LUA, SPOE, broken, broken_itself, broken_spoe

_NGINX = "docker/nginx/nginx.conf"
_ENVOY = "docker/envoy/listeners.yaml"
_ROUTES = "docker/traefik/routes/routes.yaml"
_OF_HTTP1 = "{} passes on and copies generated requests of clients that speak HTTP/1.1 with TLS"
_OF_HTTP2 = "{} passes on and copies generated requests of clients that speak HTTP/2"
_OF_HTTP2_TLS = "{} passes on and copies generated requests of clients that speak HTTP/2 with TLS"
_STREAMS = "{} copies each of 100 requests that come in one HTTP/2 connection at once"
_COOKIES = "{} joins cookies *"
_SHARE = "{} copies half of the requests that come on v2 in one HTTP/2 connection"


def _of(gateway: str, *titles: str) -> tuple[str, ...]:
    return tuple(title.format(gateway) for title in titles)


MUTANTS = (
    broken(
        "lua-without-http2",
        "HAProxy agrees on HTTP/1.1 alone with clients that use TLS",
        (Patch(LUA, "alpn h2,http/1.1", "alpn http/1.1"),),
        ("protocols", "HAProxy with Lua"),
        *_of("HAProxy with Lua", _OF_HTTP2_TLS, _STREAMS, _COOKIES, _SHARE),
    ),
    broken(
        "ring-doubts-http2",
        "HAProxy logs nothing of requests that came by HTTP/2",
        (
            Patch(
                "docker/haproxy-ring/haproxy.cfg",
                "    http-request set-var(txn.mirror) bool(true) if v1 !copy",
                "    http-request set-var(txn.mirror) bool(true) if HTTP_1.1 v1 !copy",
            ),
        ),
        ("protocols", "HAProxy with a log ring"),
        *_of("HAProxy with a log ring", _OF_HTTP2, _OF_HTTP2_TLS, _STREAMS),
    ),
    broken_spoe(
        "cookies-by-pieces",
        "HAProxy keeps the first cookie alone",
        Patch(
            SPOE,
            "    # A route is its prefix itself",
            "    http-request set-header Cookie %[req.hdr(Cookie),word(1,;)]"
            " if { req.hdr(Cookie) -m found }\n    # A route is its prefix itself",
        ),
        "protocols",
        *_of("HAProxy with SPOE", _COOKIES),
    ),
    broken_spoe(
        "v2-in-clear-text-alone",
        "HAProxy hands over of v2 only what comes without TLS",
        Patch(
            SPOE,
            " || v2 !copy\n    # Only the agent",
            " || v2 !copy !{ ssl_fc }\n    # Only the agent",
        ),
        "protocols",
        *_of("HAProxy with SPOE", _SHARE),
    ),
    broken_itself(
        "Envoy",
        "http2-alone",
        "Envoy agrees on HTTP/2 alone with clients that use TLS",
        Patch(_ENVOY, "alpn_protocols: [h2, http/1.1]", "alpn_protocols: [h2]"),
        "protocols",
        _OF_HTTP1,
    ),
    broken(
        "nginx-without-http2",
        "Nginx speaks HTTP/1.1 alone",
        (Patch(_NGINX, "        http2 on;\n", ""),),
        ("protocols", "Nginx"),
        "Nginx delays no later request of a client that speaks HTTP/2 *",
        *_of("Nginx", _OF_HTTP2, _OF_HTTP2_TLS),
    ),
    broken_itself(
        "Nginx",
        "mixes-hosts",
        "Nginx gives copies the name of their server for a host that came by HTTP/2",
        Patch(
            _NGINX,
            "            proxy_set_header Host $http_host;\n            proxy_set_header Up",
            "            proxy_set_header Host $server_protocol;\n            proxy_set_header Up",
        ),
        "protocols",
        _OF_HTTP2,
    ),
    broken_itself(
        "Traefik",
        "copies-without-tls",
        "Traefik mirrors nothing of what comes with TLS",
        Patch(
            _ROUTES,
            "    v1-refused:\n",
            "    v1-secure:\n      entryPoints: [tls]\n      rule: PathRegexp(`^/api/v1(/|$)`)\n"
            "      priority: 22\n      middlewares: [v1, unmarked]\n      service: primary\n"
            "    v1-refused:\n",
        ),
        "protocols",
        _OF_HTTP1,
    ),
)
