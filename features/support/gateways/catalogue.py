"""The catalogue: every gateway, and the services it consists of."""

from collections.abc import Mapping

from features.support.gateways.native import apisix, envoy, nginx, traefik
from features.support.paths import DOCKER, ROOT
from features.support.stack.service import Gateway, Port, Service, haproxy, mirror_agent, recorder

__all__ = ["CATALOGUE", "RECORDERS", "Gateway", "Port", "Service"]

PRIMARY = recorder("primary")
SHADOW = recorder("shadow")
RECORDERS = (PRIMARY, SHADOW)

HAPROXY = haproxy()

_GOREPLAY_SH = str(DOCKER / "goreplay" / "goreplay.sh")
_TEEPROXY_SH = str(DOCKER / "teeproxy" / "teeproxy.sh")

_GOREPLAY = Service(
    name="goreplay",
    title="GoReplay",
    container="goreplay",
    command=(_GOREPLAY_SH,),
    ports={"metrics": Port("METRICS_BIND", inside=9902)},
    environment={
        # Only what this gateway sends to the primary arrives at its second port.
        "PRIMARY": "{primary.second}",
        "SHADOW": "{shadow.service}",
        "MIRROR_MARKER": "{marker}",
        "PYTHON": "{python}",
    },
    version=(_GOREPLAY_SH, "--version"),
    check=(_GOREPLAY_SH, "--check"),
    network_of="primary",
)


def _teeproxy(route: str, share: int) -> Service:
    return Service(
        name=f"teeproxy-{route}",
        title="Teeproxy",
        container=f"teeproxy-{route}",
        command=(_TEEPROXY_SH,),
        ports={"tee": Port("LISTEN", inside=8888)},
        environment={
            "PRIMARY": "{primary.service}",
            "COPIES": "{haproxy-teeproxy.copies}",
            "SHARE": str(share),
        },
        version=("true",),  # it does not know
        check=(_TEEPROXY_SH, "--check"),
        brought="TEEPROXY",
    )


def _haproxy_with_teeproxy() -> Service:
    plain = haproxy("teeproxy", TEEPROXY_V1="{teeproxy-v1.tee}", TEEPROXY_V2="{teeproxy-v2.tee}")
    ports = {**plain.ports, "copies": Port("COPIES_BIND", inside=10003)}
    return Service(**{**vars(plain), "ports": ports})


_GATEWAYS = (
    Gateway("HAProxy", (HAPROXY,), front="haproxy", mirrors=False),
    Gateway(
        "HAProxy with SPOE",
        (mirror_agent("spoe"), haproxy("spoe", AGENT="{mirror-agent-spoe.spoe}")),
        front="haproxy-spoe",
        tool="mirror-agent-spoe",
    ),
    Gateway(
        "HAProxy with Lua",
        (
            haproxy(
                "lua",
                MIRROR_LUA=str(ROOT / "mirror-lua" / "mirror.lua"),
            ),
        ),
        front="haproxy-lua",
    ),
    Gateway(
        "HAProxy with a log ring",
        (mirror_agent("ring", "haproxy-ring"), haproxy("ring", AGENT="{mirror-agent-ring.ring}")),
        front="haproxy-ring",
        tool="mirror-agent-ring",
    ),
    Gateway(
        "HAProxy with GoReplay",
        (haproxy("goreplay", primary="second"), _GOREPLAY),
        front="haproxy-goreplay",
        tool="goreplay",
    ),
    Gateway(
        "HAProxy with Teeproxy",
        (_teeproxy("v1", 100), _teeproxy("v2", 50), _haproxy_with_teeproxy()),
        front="haproxy-teeproxy",
        tool="teeproxy-v1",
    ),
    Gateway("Envoy", (envoy(),), front="envoy", checks_shadow=False),
    Gateway("Nginx", (nginx(),), front="nginx", checks_shadow=False),
    Gateway("APISIX", (apisix(),), front="apisix", checks_shadow=False),
    Gateway("Traefik", (traefik(),), front="traefik", checks_shadow=False),
)

CATALOGUE: Mapping[str, Gateway] = {gateway.name: gateway for gateway in _GATEWAYS}
