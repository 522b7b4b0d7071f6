"""The catalogue: every gateway, in the order of reports. This is the only list of them."""

from collections.abc import Mapping

from features.support.gateways import (
    apisix,
    envoy,
    haproxy,
    haproxy_goreplay,
    haproxy_log_ring,
    haproxy_lua,
    haproxy_spoe,
    haproxy_teeproxy,
    nginx,
    traefik,
)
from features.support.gateways.model import Gateway, exemptions

_GATEWAYS: tuple[Gateway, ...] = (
    haproxy.GATEWAY,
    haproxy_spoe.GATEWAY,
    haproxy_lua.GATEWAY,
    haproxy_log_ring.GATEWAY,
    haproxy_goreplay.GATEWAY,
    haproxy_teeproxy.GATEWAY,
    envoy.GATEWAY,
    nginx.GATEWAY,
    apisix.GATEWAY,
    traefik.GATEWAY,
)

_known = {gateway.name: gateway for gateway in _GATEWAYS}
CATALOGUE: Mapping[str, Gateway] = _known
# Promises that mean nothing for a gateway, and why.
DOES_NOT_APPLY: Mapping[str, Mapping[str, str]] = exemptions(_GATEWAYS)


def add(gateway: Gateway) -> None:
    """Let a gateway that somebody describes be one of them for the rest of the run."""
    _known[gateway.name] = gateway
