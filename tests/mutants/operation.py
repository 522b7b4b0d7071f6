"""Mutants that do not notice, or notice too much, when a service fails."""

from tests.mutants.haproxy import CFG, HEALTHY, MISTAKES, PRIMARY, SHADOW, UNHEALTHY, cfg
from tests.mutants.mutant import Mutant, Patch

MUTANTS = (
    Mutant(
        "shadow-removed",
        "the backend of the shadow is removed",
        cfg(f"backend shadow\n{SHADOW}", ""),
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
        cfg(SHADOW, "    server shadow 127.0.0.1:9 check\n"),
        ("health: Both services *", "baseline: No request on route v1 *"),
        ("baseline: *",),
    ),
    Mutant(
        "health-from-primary",
        "/health is passed to the primary",
        (
            *cfg(HEALTHY, ""),
            *cfg(UNHEALTHY, ""),
            *cfg("unless v1 || v2 || v3\n", "unless v1 || v2 || v3 || { path /health }\n"),
            *cfg(
                "    use_backend api_v1 if v1\n",
                "    use_backend api_v1 if v1\n    use_backend api_v1 if { path /health }\n",
            ),
        ),
        ("health: The gateway answers for its own health",),
        ("health: *", *MISTAKES),
    ),
    Mutant(
        "health-always-well",
        "/health says that all is well without a primary",
        cfg(" if { path /health } { nbsrv(api_v1) gt 0 }\n", " if { path /health }\n"),
        ("health: A gateway without a primary *",),
    ),
    Mutant(
        "no-health-checks",
        "no service is checked",
        (
            *cfg(PRIMARY, '    server primary "${PRIMARY}"\n', 3),
            *cfg(SHADOW, '    server shadow "${SHADOW}"\n'),
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
        cfg("inter 500ms fastinter 250ms downinter 250ms fall 2", "inter 30s fall 2"),
        ("health: Without a primary, *",),
        ("*",),
    ),
    Mutant(
        "never-back",
        "a service that is back is not used again",
        cfg("fall 2 rise 2", "fall 2 rise 200"),
        ("health: When the primary is back, *",),
        ("*",),
    ),
    Mutant(
        "tied-to-shadow",
        "clients are turned away when the shadow fails",
        tuple(
            Patch(
                CFG,
                f"set-header X-Route {route}\n{PRIMARY}",
                f"set-header X-Route {route}\n"
                '    server primary "${PRIMARY}" track shadow/shadow\n',
            )
            for route in ("v1", "v2", "v3")
        ),
        ("health: A shadow that *",),
        ("health: *",),
    ),
    Mutant(
        "two-on-one-address",
        "two gateways may share an address",
        cfg("    noreuseport\n", ""),
        ("configuration: A configuration with the same address twice *",),
    ),
    Mutant(
        "warning",
        "the configuration has a warning",
        cfg("    timeout client       30s\n", ""),
        ("configuration: The running configuration is valid *",),
    ),
)
