"""Mutants that give up too early or never, and that take half a request for a whole one."""

from dataclasses import replace

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import SPOE, YAML, broken, broken_itself, broken_spoe

_V1 = "    http-request set-header X-Route v1\n"
_NGINX = "docker/nginx/nginx.conf"
_TRAEFIK = "docker/traefik/routes/routes.yaml"


def _noticed(mutant: Mutant) -> Mutant:
    """Break a gateway in a way that nothing but the killers notices."""
    return replace(mutant, bystanders=())


MUTANTS = (
    broken(
        "connections-without-a-bound",
        "the agent connects to the shadow for each copy that finds no connection free",
        (
            Patch(
                "mirror-agent/mirror_agent/sender/limit.py", "\nFIRST = 64\n", "\nFIRST = 3000\n"
            ),
            Patch(
                YAML, "    # connections: 1536 ", "    connections: 3000\n    # connections: 1536 "
            ),
        ),
        ("load", "HAProxy with SPOE"),
        "HAProxy with SPOE serves 2000 requests within bounds *",
    ),
    broken_spoe(
        "impatient",
        "HAProxy gives a primary two seconds",
        Patch(SPOE, "    timeout server       30s\n", "    timeout server       2s\n"),
        "slow_primary",
        "HAProxy with SPOE gives a primary time that answers 3 seconds late",
        "HAProxy with SPOE gives a primary time that answers 10 seconds late",
    ),
    broken_itself(
        "Nginx",
        "impatient",
        "Nginx gives a primary two seconds",
        Patch(_NGINX, "    proxy_read_timeout 30s;\n", "    proxy_read_timeout 2s;\n"),
        "slow_primary",
        "{} gives a primary time that answers 3 seconds late",
    ),
    _noticed(
        broken_itself(
            "Traefik",
            "patient-for-ever",
            "Traefik waits for the primary for ever",
            Patch(_TRAEFIK, "        serversTransport: primary\n", ""),
            "slow_primary",
            "{} answers 504 for a primary that hangs, *",
        )
    ),
    _noticed(
        broken_spoe(
            "hanging-hidden",
            "clients on v1 get 200 when the primary hangs",
            Patch(SPOE, _V1, f"{_V1}    http-after-response set-status 200 if {{ status 504 }}\n"),
            "slow_primary",
            "HAProxy with SPOE answers 504 for a primary that hangs, *",
        )
    ),
    _noticed(
        broken_spoe(
            "uploads-hurried",
            "uploads on mirrored routes must arrive within two seconds",
            Patch(SPOE, "wait-for-body time 30s", "wait-for-body time 2s"),
            "slow_primary",
            "HAProxy with SPOE refuses no upload that takes 5 seconds",
        )
    ),
    _noticed(
        broken_spoe(
            "queue-turned-away",
            "HAProxy passes 20 requests at a time on v1, and turns away who waits for long",
            Patch(
                SPOE,
                f'{_V1}    server primary "${{PRIMARY}}" check\n',
                f'{_V1}    timeout queue 2s\n    server primary "${{PRIMARY}}" check maxconn 20\n',
            ),
            "slow_primary",
            "HAProxy with SPOE serves 200 clients at the same moment",
        )
    ),
    broken_itself(
        "Envoy",
        "back-too-late",
        "Envoy leaves a shadow alone for half a minute that failed five times",
        Patch(
            "docker/envoy/clusters.yaml",
            "    connect_timeout: 1s\n",
            "    connect_timeout: 1s\n"
            "    common_lb_config: {healthy_panic_threshold: {value: 0}}\n"
            "    outlier_detection: {max_ejection_percent: 100}\n",
        ),
        "outages",
        "{} copies the requests of 100 clients right after *",
    ),
    broken_spoe(
        "ended-at-once",
        "the agent sends nothing more once it is told to end",
        Patch(
            "mirror-agent/mirror_agent/worker.py",
            "        await self.mirror.drain(self.settings.drain)\n",
            "        await self.mirror.drain(0)\n",
        ),
        "outages",
        "When HAProxy with SPOE is ended in good order, *",
    ),
    broken_spoe(
        "half-taken-for-whole",
        "the agent sends what has come of a body",
        Patch(YAML, "  cut_bodies: skip\n", "  cut_bodies: mark\n"),
        "half_requests",
        "With HAProxy with SPOE an upload that its client breaks off *",
    ),
    _noticed(
        broken_spoe(
            "cut-upload-hidden",
            "clients on v1 get 200 when the primary resets their upload",
            Patch(SPOE, _V1, f"{_V1}    http-after-response set-status 200 if {{ status 502 }}\n"),
            "half_requests",
            "With HAProxy with SPOE an upload that the primary resets *",
        )
    ),
    _noticed(
        broken_spoe(
            "shadow-left-alone",
            "the agent leaves a shadow alone for ten minutes that resets one upload",
            Patch(
                YAML,
                "    # circuit:  ",
                "    circuit: {failures: 1, retry: 10m}\n    # circuit:  ",
            ),
            "half_requests",
            "With HAProxy with SPOE a shadow that * harms no client, and no later copy",
        )
    ),
)
