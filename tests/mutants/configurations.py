"""Mutants of the reference configuration: what a careless operator could do to it."""

from tests.mutants.mutant import Mutant, Patch

CFG = "docker/haproxy/haproxy.cfg"
_FIRST_RULE = "    http-request set-header X-Request-Id %[uuid()] unless"
_V1_ROUTE = "    http-request set-header X-Route v1\n"
_V3_ROUTE = "    http-request set-header X-Route v3\n"
_PRIMARY = '    server primary "${PRIMARY}" check\n'
_SHADOW = '    server shadow "${SHADOW}" check\n'
_TEXT = "content-type text/plain string"
_NOT_FOUND = (
    f'    http-request return status 404 {_TEXT} "no such route\\n" unless v1 || v2 || v3\n'
)
_IS_UP = "{ nbsrv(api_v1) gt 0 }"
_HEALTHY = f'    http-request return status 200 {_TEXT} "ok\\n" if {{ path /health }} {_IS_UP}\n'
_UNHEALTHY = f'    http-request return status 503 {_TEXT} "no primary\\n" if {{ path /health }}\n'
_STATS = "    stats enable\n    stats uri /stats\n    stats refresh 10s\n    stats hide-version\n"

# These scenarios put mistakes into the reference configuration, so that they need its lines.
_MISTAKES = ("configuration: *", "limitation: *")
# Where the routes themselves are wrong, whatever uses a route may fail as well.
_ROUTES = (
    "baseline: *",
    "concurrency: *",
    "stats: *",
    "fidelity: *",
    "health: *",
    "routing: *",
    *_MISTAKES,
)


def _cfg(old: str, new: str, times: int = 1) -> tuple[Patch, ...]:
    return (Patch(CFG, old, new, times),)


def _first(rule: str) -> tuple[Patch, ...]:
    return _cfg(_FIRST_RULE, f"    {rule}\n{_FIRST_RULE}")


def _in_v1(rule: str) -> tuple[Patch, ...]:
    return _cfg(_V1_ROUTE, f"{_V1_ROUTE}    {rule}\n")


_COPY_LUA = """
local host, port = os.getenv("SHADOW"):match("(.*):(%d+)")
core.register_action("copy", {"http-req"}, function(txn)
   local id, target = txn.sf:req_hdr("x-request-id"), txn.sf:pathq()
   core.register_task(function()
      core.msleep(DELAY)
      local s = core.tcp()
      s:connect(host, tonumber(port))
      s:send("GET " .. target .. " HTTP/1.1\\r\\nHost: a\\r\\nX-Request-Id: " .. id ..
         "\\r\\nConnection: close\\r\\n\\r\\n")
      s:receive("*a")
      s:close()
   end)
end)
"""


def _copying(name: str, breaks: str, rule: str, delay: str, *killers: str) -> Mutant:
    return Mutant(
        name,
        breaks,
        (
            *_cfg("    maxconn 4000\n", "    maxconn 4000\n    lua-load copy.lua\n"),
            *_cfg(_V3_ROUTE, f"{_V3_ROUTE}    {rule}\n"),
        ),
        killers,
        files={"copy.lua": _COPY_LUA.replace("DELAY", delay)},
    )


_CLEARING_LUA = """
core.register_task(function()
   while true do
      local s = core.tcp()
      pcall(function()
         s:connect("127.77.0.1", 9977)
         s:send("clear counters all\\n")
         s:receive("*a")
         s:close()
      end)
      core.msleep(1)
   end
end)
"""

MUTANTS = (
    Mutant(
        "no-routes",
        "everything goes to the backend of route v1",
        (
            *_cfg(_NOT_FOUND, ""),
            *_cfg("    use_backend api_v1 if v1\n", "    default_backend api_v1\n"),
            *_cfg("    use_backend api_v2 if v2\n", ""),
            *_cfg("    use_backend api_v3 if v3\n", ""),
        ),
        (
            "routing: A request on route v2 *",
            "routing: A request on route v3 *",
            'routing: The path "/api/v4" belongs to no route*',
        ),
        _ROUTES,
    ),
    Mutant(
        "routes-swapped",
        "routes v1 and v2 are swapped",
        (
            *_cfg("    use_backend api_v1 if v1\n", "    use_backend api_v2 if v1\n"),
            *_cfg("    use_backend api_v2 if v2\n", "    use_backend api_v1 if v2\n"),
        ),
        ("routing: A request on route v1 *", "routing: A request on route v2 *"),
        ("routing: The path *", "stats: The figures *", "health: *", *_MISTAKES),
    ),
    Mutant(
        "shadow-removed",
        "the backend of the shadow is removed",
        _cfg(f"backend shadow\n{_SHADOW}", ""),
        (
            "stats: The page shows *",
            "health: Both services *",
            "baseline: No request on route v1 *",
        ),
        ("baseline: *", "health: A shadow *"),
    ),
    Mutant(
        "shadow-not-running",
        "nothing listens where the shadow should be",
        _cfg(_SHADOW, "    server shadow 127.0.0.1:9 check\n"),
        ("health: Both services *", "baseline: No request on route v1 *"),
        ("baseline: *",),
    ),
    Mutant(
        "stats-removed",
        "the page and the CSV are removed",
        _cfg(_STATS, ""),
        ("stats: The page *", "stats: Nobody reads the figures as CSV *"),
        ("stats: *", "health: *", "configuration: A reload *"),
    ),
    Mutant(
        "counters-cleared",
        "something clears the counters all the time",
        _cfg(
            "    maxconn 4000\n",
            "    maxconn 4000\n    stats socket ipv4@127.77.0.1:9977 level admin\n    lua-load clear.lua\n",
        ),
        ("stats: The figures count the bytes of the bodies",),
        ("stats: *",),
        files={"clear.lua": _CLEARING_LUA},
    ),
    Mutant(
        "counted-elsewhere",
        "requests on route v1 are counted under another name",
        (
            *_cfg("backend api_v1\n", f"backend api_v1\n{_PRIMARY}\nbackend other\n"),
            *_cfg("    use_backend api_v1 if v1\n", "    use_backend other if v1\n"),
        ),
        ("stats: The figures of route v1 *", "stats: The figures count errors *"),
        ("stats: *", *_MISTAKES),
    ),
    Mutant(
        "health-from-primary",
        "/health is passed to the primary",
        (
            *_cfg(_HEALTHY, ""),
            *_cfg(_UNHEALTHY, ""),
            *_cfg("unless v1 || v2 || v3\n", "unless v1 || v2 || v3 || { path /health }\n"),
            *_cfg(
                "    use_backend api_v1 if v1\n",
                "    use_backend api_v1 if v1\n    use_backend api_v1 if { path /health }\n",
            ),
        ),
        ("health: The gateway answers for its own health",),
        ("health: *", *_MISTAKES),
    ),
    Mutant(
        "health-always-well",
        "/health says that all is well without a primary",
        _cfg(" if { path /health } { nbsrv(api_v1) gt 0 }\n", " if { path /health }\n"),
        ("health: A gateway without a primary *",),
    ),
    Mutant(
        "path-rewritten",
        "the path is replaced on its way",
        _in_v1("http-request set-path /garbage"),
        ('fidelity: The target "/api/v1/a%2Fb" *', "fidelity: A posted order *"),
        ("fidelity: *", "stats: The figures count errors *"),
    ),
    Mutant(
        "path-normalised",
        "the path is cleaned on its way",
        _in_v1("http-request set-path %[path,regsub(//+,/,g)]"),
        ('fidelity: The target "/api/v1//double" *',),
    ),
    Mutant(
        "query-dropped",
        "the query is dropped",
        _in_v1("http-request set-uri %[path]"),
        ('fidelity: The target "/api/v1?page=2*', 'fidelity: The target "/api/v1?"*'),
        ('fidelity: The target "/api/v1?*',),
    ),
    Mutant(
        "credentials-stripped",
        "Authorization is removed",
        _in_v1("http-request del-header Authorization"),
        ("fidelity: Headers arrive unchanged: credentials",),
    ),
    Mutant(
        "headers-merged",
        "a repeated header keeps its last value only",
        _in_v1("http-request set-header X-Tag %[req.hdr(X-Tag)] if { req.hdr(X-Tag) -m found }"),
        ("fidelity: Headers arrive unchanged: repeated headers",),
    ),
    Mutant(
        "host-changed",
        "the primary gets another Host",
        _in_v1("http-request set-header Host primary"),
        ("fidelity: Headers arrive unchanged: a host of its own",),
        ("fidelity: *",),
    ),
    Mutant(
        "long-header-cut",
        "a long header is cut",
        _in_v1(
            "http-request set-header X-Long %[req.hdr(X-Long),bytes(0,1024)]"
            " if { req.hdr(X-Long) -m found }"
        ),
        ("fidelity: Headers arrive unchanged: a header of 4 KB",),
    ),
    Mutant(
        "odd-header-removed",
        "a header with an odd name is removed",
        _in_v1("http-request del-header X_Underscore"),
        ("fidelity: Headers arrive unchanged: unusual headers",),
    ),
    Mutant(
        "numbered-header-removed",
        "one of many headers is removed",
        _in_v1("http-request del-header X-Number-39"),
        ("fidelity: Headers arrive unchanged: forty headers",),
    ),
    Mutant(
        "method-changed",
        "DELETE becomes POST",
        _in_v1("http-request set-method POST if { method DELETE }"),
        ("fidelity: DELETE stays DELETE *", "fidelity: DELETE with every byte value *"),
    ),
    Mutant(
        "canned-answer",
        "the gateway answers every request itself",
        _first('http-request return status 200 content-type application/json string "{}"'),
        (
            "routing: A request on route v1 *",
            "baseline: No request on route v1 *",
            "concurrency: Of 50 clients at once, at least 95 % succeed",
            "fidelity: A posted order *",
        ),
        _ROUTES,
    ),
    Mutant(
        "random-errors",
        "3 of 100 requests get a 503",
        _first("http-request return status 503 if { rand(100) lt 3 }"),
        ("concurrency: Of 1000 clients at once*",),
        ("*",),
    ),
    Mutant(
        "services-swapped",
        "requests go to the shadow instead of the primary",
        (
            *_cfg(_PRIMARY, '    server primary "${SHADOW}" check\n', 3),
            *_cfg(_SHADOW, '    server shadow "${PRIMARY}" check\n'),
        ),
        ("routing: A request on route v1 *", "baseline: No request on route v1 *"),
        _ROUTES,
    ),
    Mutant(
        "no-health-checks",
        "no service is checked",
        (
            *_cfg(_PRIMARY, '    server primary "${PRIMARY}"\n', 3),
            *_cfg(_SHADOW, '    server shadow "${SHADOW}"\n'),
        ),
        (
            "health: Both services *",
            "health: Without a primary, *",
            "health: A shadow that is gone *",
        ),
        ("health: *", "baseline: *"),
    ),
    Mutant(
        "slow-health-checks",
        "a dead primary is noticed after a minute",
        _cfg("inter 500ms fastinter 250ms downinter 250ms fall 2", "inter 30s fall 2"),
        ("health: Without a primary, *",),
        ("*",),
    ),
    Mutant(
        "never-back",
        "a service that is back is not used again",
        _cfg("fall 2 rise 2", "fall 2 rise 200"),
        ("health: When the primary is back, *",),
        ("*",),
    ),
    _copying(
        "v3-mirrored",
        "requests on route v3 reach the shadow",
        "http-request lua.copy",
        "0",
        "baseline: No request on route v3 *",
    ),
    _copying(
        "v3-mirrored-late",
        "requests on route v3 reach the shadow 200 ms later",
        "http-request lua.copy",
        "200",
        "baseline: No request on route v3 *",
    ),
    Mutant(
        "prefix-too-wide",
        "/api/v10 belongs to route v1",
        _cfg("acl v1 path_beg /api/v1/", "acl v1 path_beg /api/v1"),
        ('routing: The path "/api/v10" *', 'routing: The path "/api/v1x/y" *'),
    ),
    Mutant(
        "prefix-too-narrow",
        "what is below a route does not belong to it",
        _cfg("    acl v2 path_beg /api/v2/\n", ""),
        ('routing: The path "/api/v2/v3" *',),
    ),
    Mutant(
        "prefix-without-case",
        "/API/v1 belongs to route v1",
        _cfg("    acl v1 path     /api/v1\n", "    acl v1 path -i  /api/v1\n"),
        ('routing: The path "/API/v1" *',),
    ),
    Mutant(
        "prefix-anywhere",
        "a route is found anywhere in the path",
        _cfg("acl v1 path_beg /api/v1/", "acl v1 path_sub /api/v1"),
        ('routing: The path "/x/api/v1" *', 'routing: The path "//api/v1" *'),
        ("routing: The path *",),
    ),
    Mutant(
        "route-in-query",
        "a route is found in the query",
        _cfg("    acl v1 path     /api/v1\n", "    acl v1 url_sub /api/v1\n"),
        ('routing: The path "/?to=/api/v1" *',),
        ("routing: The path *",),
    ),
    Mutant(
        "any-method",
        "TRACE is passed to the primary",
        _cfg("OPTIONS PURGE\n", "OPTIONS PURGE TRACE\n"),
        ("routing: TRACE is not offered *",),
    ),
    Mutant(
        "allow-missing",
        "a refused method is not told which are allowed",
        _cfg(' hdr Allow "GET, HEAD, POST" if', " if"),
        ("routing: DELETE is not offered on route v2 *", "routing: PUT is not offered *"),
        ("routing: OPTIONS is not offered *",),
    ),
    Mutant(
        "not-found-from-primary",
        "unknown paths are passed to the primary",
        (
            *_cfg(_NOT_FOUND, ""),
            *_cfg(
                "    use_backend api_v3 if v3\n",
                "    use_backend api_v3 if v3\n    default_backend api_v3\n",
            ),
            *_cfg("if !v1 !read_write", "if v2 !read_write || v3 !read_write"),
        ),
        ('routing: The path "/" *', 'routing: The path "/api/v10" *'),
        ("routing: The path *", "fidelity: Nothing in an answer *"),
    ),
    Mutant(
        "id-replaced",
        "a request's own id is replaced",
        _cfg(
            "set-header X-Request-Id %[uuid()] unless { req.hdr(X-Request-Id) -m found }",
            "set-header X-Request-Id %[uuid()]",
        ),
        ("fidelity: A request's own id is kept",),
        ("*",),
    ),
    Mutant(
        "id-not-unique",
        "every request without an id gets the same one",
        _cfg("X-Request-Id %[uuid()]", "X-Request-Id none"),
        ("fidelity: A request without an id *",),
    ),
    Mutant(
        "address-believed",
        "the client's claim of its address is passed on",
        _cfg("http-request set-header X-Forwarded-For", "http-request add-header X-Forwarded-For"),
        ("fidelity: The primary learns the client's address *",),
    ),
    Mutant(
        "route-believed",
        "a client can choose its route with a header",
        (
            *_cfg("    http-request del-header X-Route\n", ""),
            *_cfg(_V3_ROUTE, _V3_ROUTE.rstrip() + " unless { req.hdr(X-Route) -m found }\n"),
        ),
        ("fidelity: A client cannot choose the route *",),
    ),
    Mutant(
        "software-told",
        "answers name the software",
        _cfg(
            "http-after-response del-header Server", "http-after-response set-header Server HAProxy"
        ),
        ("fidelity: Nothing in an answer *",),
    ),
    Mutant(
        "figures-open",
        "everybody may read the figures",
        _cfg("    http-request auth realm Statistics unless { http_auth(stats_users) }\n", ""),
        tuple(
            f"stats: Nobody reads the figures as {form} with {who}"
            for form in ("page", "CSV", "Prometheus")
            for who in ("no password", "a wrong password")
        ),
    ),
    Mutant(
        "any-password",
        "every password opens the figures",
        _cfg("unless { http_auth(stats_users) }", "unless { req.hdr(Authorization) -m found }"),
        ("stats: Nobody reads the figures as page with a wrong password",),
        ("stats: Nobody reads * with a wrong password",),
    ),
    Mutant(
        "prometheus-removed",
        "Prometheus finds nothing",
        _cfg("    http-request use-service prometheus-exporter if { path /metrics }\n", ""),
        ("stats: Prometheus reads the same figures",),
    ),
    Mutant(
        "prometheus-canned",
        "Prometheus is told old figures",
        _cfg(
            "http-request use-service prometheus-exporter if { path /metrics }",
            "http-request return status 200 content-type text/plain string"
            ' "haproxy_up 1\\n" if { path /metrics }',
        ),
        ("stats: Prometheus reads the same figures",),
    ),
    Mutant(
        "few-connections",
        "only ten clients are served at a time, the others are turned away",
        _cfg(
            '    bind "${GATEWAY_BIND}"\n',
            '    bind "${GATEWAY_BIND}"\n    tcp-request connection reject if { fe_conn gt 10 }\n',
        ),
        (
            "concurrency: Of 50 clients at once, at least 95 % succeed",
            "concurrency: Of 50 clients at once, each gets *",
            "concurrency: Of 1000 clients at once*",
        ),
    ),
    Mutant(
        "two-on-one-address",
        "two gateways may share an address",
        _cfg("    noreuseport\n", ""),
        ("configuration: A configuration with the same address twice *",),
    ),
    Mutant(
        "warning",
        "the configuration has a warning",
        _cfg("    timeout client       30s\n", ""),
        ("configuration: The running configuration is valid *",),
    ),
)
