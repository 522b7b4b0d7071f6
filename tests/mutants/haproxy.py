"""The lines of the reference configuration that mutants change, and ways to change them."""

from tests.mutants.mutant import Patch

CFG = "docker/haproxy/haproxy.cfg"
FIRST_RULE = "    http-request set-header X-Request-Id %[uuid()] unless"
V1_ROUTE = "    http-request set-header X-Route v1\n"
V3_ROUTE = "    http-request set-header X-Route v3\n"
PRIMARY = '    server primary "${PRIMARY}" check\n'
SHADOW = '    server shadow "${SHADOW}" check\n'
TEXT = "content-type text/plain string"
NOT_FOUND = f'    http-request return status 404 {TEXT} "no such route\\n" unless v1 || v2 || v3\n'
IS_UP = "{ nbsrv(api_v1) gt 0 }"
HEALTHY = f'    http-request return status 200 {TEXT} "ok\\n" if {{ path /health }} {IS_UP}\n'
UNHEALTHY = f'    http-request return status 503 {TEXT} "no primary\\n" if {{ path /health }}\n'
STATS = "    stats enable\n    stats uri /stats\n    stats refresh 10s\n    stats hide-version\n"

# These scenarios put mistakes into the reference configuration, so that they need its lines.
MISTAKES = ("configuration: *", "limitation: *")
# Where the routes themselves are wrong, whatever uses a route may fail as well.
ROUTES = (
    "baseline: *",
    "concurrency: *",
    "stats: *",
    "fidelity: *",
    "health: *",
    "routing: *",
    *MISTAKES,
)


def cfg(old: str, new: str, times: int = 1) -> tuple[Patch, ...]:
    return (Patch(CFG, old, new, times),)


def first(rule: str) -> tuple[Patch, ...]:
    return cfg(FIRST_RULE, f"    {rule}\n{FIRST_RULE}")


def in_v1(rule: str) -> tuple[Patch, ...]:
    return cfg(V1_ROUTE, f"{V1_ROUTE}    {rule}\n")
