"""Mutants whose figures are wrong, or open to everybody."""

from tests.mutants.haproxy import MISTAKES, PRIMARY, STATS, cfg
from tests.mutants.mutant import Mutant


def _counted_elsewhere(route: str, *killers: str) -> Mutant:
    use = f"    use_backend api_{route} if {route}\n"
    return Mutant(
        f"{route}-counted-elsewhere",
        f"requests on route {route} are counted under another name",
        (
            *cfg(f"backend api_{route}\n", f"backend api_{route}\n{PRIMARY}\nbackend other\n"),
            *cfg(use, f"    use_backend other if {route}\n"),
        ),
        (f"stats: The figures of route {route} *", *killers),
        # The other name has health checks of its own, at other times than those that are read.
        ("stats: *", "health: *", *MISTAKES),
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
        "stats-removed",
        "the page and the CSV are removed",
        cfg(STATS, ""),
        ("stats: The page *", "stats: The figures as CSV are refused *"),
        ("stats: *", "health: *", "configuration: A reload *"),
    ),
    Mutant(
        "counters-cleared",
        "something clears the counters all the time",
        cfg(
            "    maxconn 4000\n",
            "    maxconn 4000\n    stats socket ipv4@127.77.0.1:9977 level admin\n"
            "    lua-load clear.lua\n",
        ),
        ("stats: The figures count the bytes *",),
        ("stats: *",),
        files={"clear.lua": _CLEARING_LUA},
    ),
    _counted_elsewhere("v1", "stats: The figures count *"),
    _counted_elsewhere("v2"),
    _counted_elsewhere("v3"),
    Mutant(
        "figures-open",
        "everybody may read the figures",
        cfg("    http-request auth realm Statistics unless { http_auth(stats_users) }\n", ""),
        tuple(
            f"stats: The figures as {form} are refused with {who}"
            for form in ("page", "CSV", "Prometheus")
            for who in ("no password", "a wrong password")
        ),
    ),
    Mutant(
        "any-password",
        "every password opens the figures",
        cfg("unless { http_auth(stats_users) }", "unless { req.hdr(Authorization) -m found }"),
        ("stats: The figures as page are refused with a wrong password",),
        ("stats: The figures as * are refused with a wrong password",),
    ),
    Mutant(
        "prometheus-removed",
        "Prometheus finds nothing",
        cfg("    http-request use-service prometheus-exporter if { path /metrics }\n", ""),
        ("stats: Prometheus reads the same figures",),
    ),
    Mutant(
        "prometheus-canned",
        "Prometheus is told old figures",
        cfg(
            "http-request use-service prometheus-exporter if { path /metrics }",
            "http-request return status 200 content-type text/plain string"
            ' "haproxy_up 1\\n" if { path /metrics }',
        ),
        ("stats: Prometheus reads the same figures",),
    ),
)
