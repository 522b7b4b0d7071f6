"""HAProxy alone, which mirrors nothing: its mistakes, and what people hope that it would do."""

from features.support.gateways import haproxy_family as family
from features.support.gateways import haproxy_lua, haproxy_spoe
from features.support.gateways.model import Circulating, ConfigCheck, ConfigMistake, Gateway
from features.support.paths import DOCKER

_BIND = '    bind "${GATEWAY_BIND}"\n'
_ROUTE = "    use_backend api_v1 if v1\n"
_CHECK = ConfigCheck(
    running=("{program}", "-dW", "-c", "-f", "{configuration}"),
    loading=("{program}", "-c", "-f"),
    strict=("{program}", "-dW", "-c", "-f"),
    starting=family.START,
    keywords=("{program}", "-dKall", "-q", "-c", "-f", "/dev/null"),  # since 2.6
    alarm="ALERT",
    warning="WARNING",
    mistakes={
        "an unknown word": ConfigMistake(_BIND, _BIND + "    optoin httplog\n", "optoin"),
        "a route to a backend that is absent": ConfigMistake(
            _ROUTE, "    use_backend api_v9 if v1\n", "api_v9"
        ),
        "the same address twice": ConfigMistake(
            _BIND, _BIND + _BIND.rstrip() + " # again\n", "# again"
        ),
        "a condition that is not defined": ConfigMistake(
            _ROUTE, "    use_backend api_v1 if v1 !weekend\n", "weekend"
        ),
        "a certificate that is absent": ConfigMistake(
            _BIND, _BIND.rstrip() + " ssl crt /absent/gateway.pem\n", "gateway.pem"
        ),
        "a Lua file that is absent": ConfigMistake(
            "    maxconn 4000\n",
            "    maxconn 4000\n    lua-load /absent/mirror.lua\n",
            "mirror.lua",
        ),
        "the wish to mirror": ConfigMistake(
            _ROUTE, "    http-request mirror shadow\n" + _ROUTE, "http-request mirror"
        ),
    },
)
GATEWAY = Gateway(
    "HAProxy",
    (family.service(),),
    front="haproxy",
    mirrors=False,
    effects={"front": family.reloaded},
    process=family.process,
    config_check=_CHECK,
    circulating=Circulating(
        main="haproxy.cfg",
        files=haproxy_spoe.CIRCULATING,
        own=DOCKER / "haproxy-spoe",
        scripts=haproxy_lua.CIRCULATING,
    ),
    one_thread=family.one_thread,
)
