"""HAProxy alone, which mirrors nothing: its mistakes, and what people hope that it would do."""

from features.support.gateways import haproxy_family as family
from features.support.gateways import haproxy_lua, haproxy_spoe
from features.support.gateways.model import Circulating, Gateway
from features.support.paths import DOCKER

GATEWAY = Gateway(
    "HAProxy",
    (family.service(),),
    front="haproxy",
    mirrors=False,
    effects={"front": family.reloaded},
    process=family.process,
    config_check=family.CONFIG_CHECK,
    circulating=Circulating(
        main="haproxy.cfg",
        files=haproxy_spoe.CIRCULATING,
        own=DOCKER / "haproxy-spoe",
        scripts=haproxy_lua.CIRCULATING,
    ),
    one_thread=family.one_thread,
)
