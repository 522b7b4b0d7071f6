"""Mutants whose tool is untrue about itself, or lets clients at what copies tell."""

from tests.mutants.mutant import Patch
from tests.mutants.way import COPYING, LUA, careless

_AGENT = "mirror-agent/mirror_agent"
MUTANTS = (
    careless(
        "HAProxy with SPOE",
        "well-while-it-ends",
        "the agent calls itself well while it ends",
        Patch(
            f"{_AGENT}/alone.py",
            '"draining" if worker.draining else status',
            "status",
        ),
        "tool_health: The tool of {} is not well once it has been told to end",
    ),
    careless(
        "HAProxy with SPOE",
        "shared-address",
        "the agent's ends do not say why",
        Patch(f"{_AGENT}/cli.py", "{error.strerror or error}", "cannot start"),
        "tool_health: A second tool of {} at the same address ends, and says why",
    ),
    careless(
        "HAProxy with SPOE",
        "twelve-connections",
        "the agent has twelve connections to a shadow at most",
        Patch(
            "mirror-agent/reference/mirror-agent.yaml",
            "    address: ${SHADOW:-127.0.0.1:8081}\n",
            "    address: ${SHADOW:-127.0.0.1:8081}\n    connections: 12\n",
        ),
        "late_shadow: {} delivers each of 400 copies *",
    ),
    careless(
        "HAProxy with GoReplay",
        "goreplay-always-well",
        "the middleware calls ten minutes without a packet well",
        Patch(
            "goreplay-middleware/gor_middleware/middleware.py", "SILENCE = 5.0", "SILENCE = 600.0"
        ),
        "tool_health: The tool of {} is not well while nothing reaches it",
    ),
    careless(
        "HAProxy with Lua",
        "lua-second-decides",
        "the second decides which requests of v2 are copied",
        Patch(LUA, "v2 { rand(10000) lt 5000 }", "v2 { date,mod(2) eq 0 }"),
        "chance: {} draws by chance when 50 clients send at the same moment",
    ),
    careless(
        "HAProxy with SPOE",
        "gateway-headers-unprotected",
        "the agent lets clients name what the gateway sets in Connection",
        Patch(
            COPYING,
            "        self._unnamed |= {name.lower().encode() for name in gateway_headers}\n",
            "",
        ),
        "gateway_headers: With {} a copy tells the client's address, *",
    ),
    careless(
        "HAProxy with Lua",
        "lua-keeps-nothing",
        "the Lua script lets clients name what the gateway sets in Connection",
        Patch(
            "mirror-lua/mirror.lua",
            'setting("KEEP", "X-Forwarded-For X-Real-IP X-Request-Id X-Route"',
            'setting("KEEP", ""',
        ),
        "gateway_headers: With {} a copy tells the client's address, *",
    ),
    careless(
        "HAProxy with GoReplay",
        "goreplay-address-named",
        "the middleware lets clients name the header with their address in Connection",
        Patch(
            "goreplay-middleware/gor_middleware/request.py",
            '    b"x-request-id",\n    b"x-forwarded-for",\n',
            '    b"x-request-id",\n',
        ),
        "gateway_headers: With {} a copy tells the client's address, *",
    ),
    careless(
        "HAProxy with SPOE",
        "keep-alive-copied",
        "the agent copies Keep-Alive",
        Patch(f"{_AGENT}/header_names.py", '    "keep-alive",\n', ""),
        "gateway_headers: With {} headers of a client's connection do not reach the shadow",
    ),
    careless(
        "HAProxy with Lua",
        "lua-named-headers-copied",
        "the Lua script copies what a client's Connection names",
        Patch(
            "mirror-lua/mirror.lua",
            "then fields = without_nominated(fields) end",
            "then fields = fields end",
        ),
        "gateway_headers: With {} headers of a client's connection do not reach the shadow",
    ),
    careless(
        "Envoy",
        "envoy-believes-late",
        "Envoy believes in a primary that is back after 30 good answers",
        Patch("docker/envoy/clusters.yaml", " healthy_threshold: 1\n", " healthy_threshold: 30\n"),
        "primary_gone: With {} clients are served soon after the primary is back",
    ),
    careless(
        "Traefik",
        "traefik-looks-seldom",
        "Traefik looks for an absent primary every minute",
        Patch(
            "docker/traefik/routes/routes.yaml",
            "healthCheck: {path: /healthz, interval: 500ms, timeout: 1s}",
            "healthCheck: {path: /healthz, interval: 500ms, unhealthyInterval: 60s, timeout: 1s}",
        ),
        "primary_gone: With {} clients are served soon after the primary is back",
    ),
    careless(
        "HAProxy with a log ring",
        "ring-patient-with-the-primary",
        "HAProxy connects eight times to a primary that does not listen, and asks for no health",
        (
            Patch(
                "docker/haproxy-ring/haproxy.cfg",
                '    server primary "${PRIMARY}" check\n',
                '    server primary "${PRIMARY}"\n',
                times=3,
            ),
            Patch(
                "docker/haproxy-ring/haproxy.cfg",
                "    timeout queue        5s\n",
                "    timeout queue        5s\n    retries 8\n",
            ),
        ),
        "primary_gone: With {} clients are told within 3 seconds that the primary is gone",
    ),
)
