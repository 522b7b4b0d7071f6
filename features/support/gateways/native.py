"""The gateways that mirror by themselves, as services."""

import signal

from features.support.paths import DOCKER
from features.support.stack.service import Port, Service

_RENDER = str(DOCKER / "render.sh")
_COMMON = {
    "PRIMARY": "{primary.service}",
    "SHADOW": "{shadow.service}",
    "MIRROR_MARKER": "{marker}",
}


def _proxy(name: str) -> Port:
    return Port("GATEWAY_BIND", inside=10000, published=f"{name.upper()}_GATEWAY_PORT")


def _stats(name: str) -> Port:
    return Port("STATS_BIND", inside=9999, published=f"{name.upper()}_STATS_PORT")


def _rendered(file: str) -> tuple[str, ...]:
    """Return the command that fills in a configuration; what reads it may follow."""
    return ("sh", _RENDER, "{configuration}", f"{{scratch}}/{file}")


def envoy() -> Service:
    """Describe Envoy; its figures and what can be changed live are at its admin interface."""
    read = ("-c", "{scratch}/envoy.yaml", "--log-level", "warn", "--use-dynamic-base-id")
    return Service(
        name="envoy",
        title="Envoy",
        container="envoy",
        program="envoy",
        command=(*_rendered("envoy.yaml"), "{program}", *read, "--concurrency", "2"),
        ports={"proxy": _proxy("envoy"), "stats": _stats("envoy")},
        environment=_COMMON,
        configuration=DOCKER / "envoy" / "envoy.yaml",
        configuration_inside="/etc/envoy/envoy.yaml",
        version=("{program}", "--version"),
    )


def nginx() -> Service:
    """Describe Nginx; its workers are the user's who runs it."""
    read = ("-p", "{scratch}", "-e", "stderr", "-c", "{scratch}/nginx.conf")
    return Service(
        name="nginx",
        title="Nginx",
        container="nginx",
        program="nginx",
        command=(*_rendered("nginx.conf"), "{program}", *read, "-g", "user {user};"),
        ports={"proxy": _proxy("nginx")},
        environment={**_COMMON, "RESOLVER": "127.0.0.1", "SCRATCH": "{scratch}"},
        configuration=DOCKER / "nginx" / "nginx.conf",
        configuration_inside="/etc/nginx/nginx.conf",
        reload_signal=signal.SIGHUP,
        before_reload=_rendered("nginx.conf"),
        version=("{program}", "-v"),
    )


def traefik() -> Service:
    """Describe Traefik, which goes through a door of its own with copies."""
    return Service(
        name="traefik",
        title="Traefik",
        container="traefik",
        program="traefik",
        command=(
            *_rendered("traefik.yaml"),
            "{program}",
            "--configfile={scratch}/traefik.yaml",
        ),
        ports={
            "proxy": _proxy("traefik"),
            "stats": _stats("traefik"),
            "copies": Port("COPIES_BIND", inside=10003),
        },
        environment={**_COMMON, "COPIES": "{traefik.copies}", "ROUTES": "{configurations}/routes"},
        configuration=DOCKER / "traefik" / "traefik.yaml",
        configuration_inside="/etc/traefik/traefik.yaml",
        version=("{program}", "version"),
    )


def apisix() -> Service:
    """Describe APISIX, which comes in an image only."""
    return Service(
        name="apisix",
        title="APISIX",
        container="apisix",
        command=(),
        ports={"proxy": _proxy("apisix")},
        configuration=DOCKER / "apisix" / "apisix.yaml",
        configuration_inside="/usr/local/apisix/conf/apisix.yaml",
        version=("apisix", "version"),
        named_by="APISIX_IMAGE",
    )
