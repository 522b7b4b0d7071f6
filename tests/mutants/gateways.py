"""Mutants of gateways that route otherwise than all others; one for each promise of routing."""

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import broken

_NGINX = "docker/nginx/nginx.conf"


def _nginx(name: str, breaks: str, patch: Patch, killer: str) -> Mutant:
    return broken(f"nginx-{name}", breaks, (patch,), ("gateways", "Nginx"), killer)


MUTANTS = (
    _nginx(
        "another-route",
        "Nginx takes route v2 for v1",
        Patch(_NGINX, "        ~^/api/v2(?:[/?]|$) v2;\n", "        ~^/api/v2(?:[/?]|$) v1;\n"),
        "Nginx sends each request to the primary on the route that its path names",
    ),
    _nginx(
        "any-path",
        "Nginx passes every path on",
        Patch(
            _NGINX,
            "location = /_none { internal; return 404; }",
            "location = /_none { internal; proxy_pass http://primary$request_uri; }",
        ),
        "Nginx refuses requests that belong to no route",
    ),
    _nginx(
        "few-methods",
        "Nginx names too few methods",
        Patch(_NGINX, 'default "GET, HEAD, POST";', 'default "GET";'),
        "Nginx refuses methods that a route does not offer, *",
    ),
    _nginx(
        "small-bodies",
        "Nginx refuses bodies of more than 100 KB",
        Patch(_NGINX, "client_max_body_size 64m;", "client_max_body_size 100k;"),
        "Through Nginx bodies reach the primary byte for byte",
    ),
    _nginx(
        "escaped-targets",
        "Nginx escapes targets once more on their way to the primary",
        Patch(
            _NGINX,
            "            mirror /_copy;\n            proxy_pass http://primary$request_uri;\n",
            "            mirror /_copy;\n            rewrite ^ $request_uri break;\n"
            "            proxy_pass http://primary;\n",
            times=2,
        ),
        "Through Nginx unusual targets reach the primary byte for byte",
    ),
    _nginx(
        "no-underscores",
        "Nginx drops headers with an underscore",
        Patch(
            _NGINX,
            "    underscores_in_headers on;\n    ignore_invalid_headers off;\n",
            "    underscores_in_headers off;\n",
        ),
        "Through Nginx headers reach the primary unchanged",
    ),
    _nginx(
        "one-id",
        "Nginx gives every request without an id the same one",
        Patch(_NGINX, '        ""      $request_id;\n', '        ""      none;\n'),
        "Nginx gives a request without an id a unique one",
    ),
    _nginx(
        "address-believed",
        "Nginx passes the client's claim of its address on",
        Patch(
            _NGINX,
            "    proxy_set_header X-Route $route;\n"
            "    proxy_set_header X-Forwarded-For $remote_addr;\n",
            "    proxy_set_header X-Route $route;\n"
            "    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n",
        ),
        "Through Nginx the primary learns the client's address, *",
    ),
    _nginx(
        "route-believed",
        "Nginx passes the client's claim of its route on",
        Patch(_NGINX, "X-Route $route;", "X-Route $http_x_route;"),
        "With Nginx a client cannot choose the route with a header",
    ),
    _nginx(
        "unwell",
        "Nginx says that it is not well",
        Patch(_NGINX, 'return 200 "ok\\n";', 'return 503 "ok\\n";'),
        "Nginx answers for its own health",
    ),
)
