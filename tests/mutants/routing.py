"""Mutants that send requests where they do not belong."""

from tests.mutants.haproxy import (
    CFG,
    MISTAKES,
    NOT_FOUND,
    PRIMARY,
    ROUTES,
    SHADOW,
    V3_ROUTE,
    cfg,
    first,
)
from tests.mutants.mutant import Mutant, Patch

MUTANTS = (
    Mutant(
        "no-routes",
        "everything goes to the backend of route v1",
        (
            *cfg(NOT_FOUND, ""),
            *cfg("    use_backend api_v1 if v1\n", "    default_backend api_v1\n"),
            *cfg("    use_backend api_v2 if v2\n", ""),
            *cfg("    use_backend api_v3 if v3\n", ""),
        ),
        (
            "routing: A request on route v2 *",
            "routing: A request on route v3 *",
            'routing: The path "/api/v4" belongs to no route*',
        ),
        ROUTES,
    ),
    Mutant(
        "routes-swapped",
        "routes v1 and v2 are swapped",
        (
            *cfg("    use_backend api_v1 if v1\n", "    use_backend api_v2 if v1\n"),
            *cfg("    use_backend api_v2 if v2\n", "    use_backend api_v1 if v2\n"),
        ),
        (
            "routing: A request on route v1 *",
            "routing: A request on route v2 *",
            'routing: The path "/api/v1[?]page=2" *',
        ),
        ("routing: The path *", "stats: The figures *", "health: *", *MISTAKES),
    ),
    Mutant(
        "canned-answer",
        "the gateway answers every request itself",
        first('http-request return status 200 content-type application/json string "{}"'),
        (
            "routing: A request on route v1 *",
            "baseline: No request on route v1 *",
            "concurrency: Of 50 clients at once, at least 95 % succeed",
            "fidelity: A posted order *",
        ),
        ROUTES,
    ),
    Mutant(
        "random-errors",
        "3 of 100 requests get a 503",
        first("http-request return status 503 if { rand(100) lt 3 }"),
        ("concurrency: Of 1000 clients at once*",),
        ("*",),
    ),
    Mutant(
        "services-swapped",
        "requests go to the shadow instead of the primary",
        (
            *cfg(PRIMARY, '    server primary "${SHADOW}" check\n', 3),
            *cfg(SHADOW, '    server shadow "${PRIMARY}" check\n'),
        ),
        ("routing: A request on route v1 *", "baseline: No request on route v1 *"),
        ROUTES,
    ),
    Mutant(
        "prefix-too-wide",
        "/api/v10 belongs to route v1",
        cfg("acl v1 path_beg /api/v1/", "acl v1 path_beg /api/v1"),
        ('routing: The path "/api/v10" *', 'routing: The path "/api/v1x/y" *'),
    ),
    Mutant(
        "prefix-too-narrow",
        "what is below a route does not belong to it",
        cfg("    acl v2 path_beg /api/v2/\n", ""),
        ('routing: The path "/api/v2/v3" *',),
    ),
    Mutant(
        "no-subpaths",
        "what is below any route does not belong to it",
        tuple(
            Patch(CFG, f"    acl {route} path_beg /api/{route}/\n", "")
            for route in ("v1", "v2", "v3")
        ),
        (
            'routing: The path "/api/v1/*" belongs to route v1',
            'routing: The path "/api/v2/*" belongs to route v2',
            'routing: The path "/api/v3/*" belongs to route v3',
        ),
        ("fidelity: *", "baseline: Bodies *"),
    ),
    Mutant(
        "prefix-without-case",
        "/API/v1 belongs to route v1",
        cfg("    acl v1 path     /api/v1\n", "    acl v1 path -i  /api/v1\n"),
        ('routing: The path "/API/v1" *',),
    ),
    Mutant(
        "prefix-anywhere",
        "a route is found anywhere in the path",
        cfg("acl v1 path_beg /api/v1/", "acl v1 path_sub /api/v1"),
        ('routing: The path "/x/api/v1" *', 'routing: The path "//api/v1" *'),
        ("routing: The path *",),
    ),
    Mutant(
        "route-in-query",
        "a route is found in the query",
        cfg("    acl v1 path     /api/v1\n", "    acl v1 url_sub /api/v1\n"),
        ('routing: The path "/[?]to=/api/v1" *',),
        ("routing: The path *",),
    ),
    Mutant(
        "any-method",
        "TRACE is passed to the primary",
        cfg("OPTIONS PURGE\n", "OPTIONS PURGE TRACE\n"),
        ("routing: TRACE is not offered *",),
    ),
    Mutant(
        "allow-missing",
        "a refused method is not told which are allowed",
        cfg(' hdr Allow "GET, HEAD, POST" if', " if"),
        (
            "routing: DELETE is not offered *",
            "routing: PUT is not offered *",
            "routing: OPTIONS is not offered *",
        ),
    ),
    Mutant(
        "not-found-from-primary",
        "unknown paths are passed to the primary",
        (
            *cfg(NOT_FOUND, ""),
            *cfg(
                "    use_backend api_v3 if v3\n",
                "    use_backend api_v3 if v3\n    default_backend api_v3\n",
            ),
            *cfg("if !v1 !read_write", "if v2 !read_write || v3 !read_write"),
        ),
        ("routing: The path * belongs to no route *",),
        ("fidelity: Nothing in an answer *",),
    ),
    Mutant(
        "route-believed",
        "a client can choose its route with a header",
        (
            *cfg("    http-request del-header X-Route\n", ""),
            *cfg(V3_ROUTE, V3_ROUTE.rstrip() + " unless { req.hdr(X-Route) -m found }\n"),
        ),
        ("fidelity: A client cannot choose the route *",),
    ),
    Mutant(
        "few-connections",
        "only ten clients are served at a time, the others are turned away",
        cfg(
            '    bind "${GATEWAY_BIND}"\n',
            '    bind "${GATEWAY_BIND}"\n    tcp-request connection reject if { fe_conn gt 10 }\n',
        ),
        (
            "concurrency: Of 50 clients at once, at least 95 % succeed",
            "concurrency: Of 50 clients at once, each gets *",
            "concurrency: Of 1000 clients at once*",
        ),
    ),
)
