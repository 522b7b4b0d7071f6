"""Mutants of Nginx, which mirrors by itself."""

from functools import partial

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.native import BODIES, HEADERS, MARKED, ONCE, SHARE, V3
from tests.mutants.way import broken_itself

_NGINX = "docker/nginx/nginx.conf"


_nginx = partial(broken_itself, "Nginx")

MUTANTS = (
    _nginx(
        "mirrors-nothing",
        "Nginx is told what to mirror by a variable, which it takes for a name",
        Patch(_NGINX, "            mirror /_copy;\n", "            mirror $copied;\n", times=2),
        "delivery",
        ONCE,
    ),
    _nginx(
        "share",
        "Nginx copies a third of route v2",
        Patch(_NGINX, "        50% 1;\n", "        33% 1;\n"),
        "sampling",
        SHARE,
    ),
    _nginx(
        "v3",
        "Nginx copies route v3",
        Patch(
            _NGINX,
            "        location = /_v3 {\n            internal;\n",
            "        location = /_v3 {\n            internal;\n"
            "            mirror /_copy;\n            set $copied 1;\n",
        ),
        "delivery",
        V3,
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
        BODIES,
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
        HEADERS,
    ),
    _nginx(
        "marker",
        "Nginx marks the primary's request as well",
        Patch(_NGINX, "X-Mirrored-By $marker;", 'X-Mirrored-By "me";'),
        "copies",
        MARKED,
    ),
    _nginx(
        "twice",
        "Nginx copies each request twice",
        Patch(_NGINX, "mirror /_copy;\n", "mirror /_copy; mirror /_copy;\n", times=2),
        "delivery",
        ONCE,
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
        (
            Patch(
                "features/support/gateways/nginx.py",
                "keepalive_timeout 0;",
                "keepalive_timeout 60;",
            ),
        ),
        ("isolation: Nginx without keep-alive on mirrored routes *",),
        features=("features/mirroring/isolation.feature",),
        titles="Nginx without keep-alive",
    ),
    _nginx(
        "in-memory",
        "Nginx keeps whole bodies in memory",
        Patch(_NGINX, "client_body_buffer_size 64k;", "client_body_buffer_size 64m;"),
        "timing",
        "{} does not keep large uploads in memory",
    ),
    _nginx(
        "two-paths",
        "Nginx routes by the decoded path and copies by the raw one",
        Patch(
            _NGINX,
            "        location = /_v1 {\n",
            "        location ~ ^/api/v1(/|$) {\n            mirror /_copy;\n"
            "            proxy_pass http://primary$request_uri;\n"
            "            proxy_set_header X-Route v1;\n        }\n\n"
            "        location = /_v1 {\n",
        ),
        "paths",
        "{} mirrors what it routes as v1, however its path is written",
    ),
    _nginx(
        "any-marker",
        "Nginx takes any marker for its own",
        Patch(_NGINX, '"~^\\Q${MIRROR_MARKER}\\E\\z"', '"~."'),
        "security",
        "With {} a client's own marker is replaced, *",
    ),
    _nginx(
        "unlogged",
        "Nginx does not write down its copies",
        Patch(_NGINX, "            log_subrequest on;\n", ""),
        "running",
        "{} counts each request, whether its copy arrived or not",
    ),
    _nginx(
        "unrecognized",
        "a limit is no more: nobody looks for the software's name in headers",
        Patch(
            "features/support/checks/answers.py",
            'if _SOFTWARE.search(value) or name.lower() in ("server", "via", "x-powered-by")',
            "if not name",
        ),
        "gateways",
        "Does not hold: No answer through {} tells which software it is",
    ),
    _nginx(
        "streams",
        "a limit is no more: Nginx passes uploads on while they come, and copies no bodies",
        Patch(
            _NGINX,
            "            mirror /_copy;\n",
            "            mirror /_copy;\n            mirror_request_body off;\n"
            "            proxy_request_buffering off;\n",
            times=2,
        ),
        "primary",
        "Does not hold: With {} a large upload reaches the primary while it is still being sent",
    ),
)
