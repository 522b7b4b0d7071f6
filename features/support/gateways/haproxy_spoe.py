"""HAProxy with SPOE: it hands requests to the mirroring agent, which sends the copies."""

from features.support.gateways import agent
from features.support.gateways import haproxy_family as family
from features.support.gateways.handling import Handling
from features.support.gateways.model import Gateway, MirroringMistake
from features.support.wire.generated import Terms

# As it is passed on, with the addresses and timeouts that any configuration needs.
CIRCULATING = {
    "haproxy.cfg": """\
global
    default-path config

defaults
    mode http
    timeout connect 1s
    timeout client  1s
    timeout server  1s

backend spoe-mirror
    mode tcp
    server spoe1 127.0.0.1:12345

frontend http_front
    bind 127.0.0.1:10004
    filter spoe engine mirror config spoe-mirror.conf
""",
    "spoe-mirror.conf": """\
[mirror]
spoe-agent mirror-agent
    messages   mirror-request
    option     async
    timeout    processing 2s
    maxconnrate 100
    maxerrrate  50
    use-backend spoe-mirror

spoe-message mirror-request
    args method=method path=path
    event on-frontend-http-request
""",
}
GATEWAY = Gateway(
    "HAProxy with SPOE",
    (agent.service("spoe"), family.service("spoe", AGENT="{mirror-agent-spoe.spoe}")),
    front="haproxy-spoe",
    tool="mirror-agent-spoe",
    tool_health=("metrics", "/healthz"),
    account=agent.account,
    account_at_end=agent.account_at_end,
    front_counts=family.mirror_counts,
    figures=agent.FIGURES,
    patience=agent.PATIENCE,
    sessions=agent.sessions,
    choices=agent.CHOICES,
    effects={"front": family.reloaded, "tool": agent.reloaded},
    process=family.process,
    config_check=family.CONFIG_CHECK,
    answer_time=family.answer_time,
    share=agent.SHARE,
    second_shadow=agent.SECOND_SHADOW,
    mistakes={
        "a misspelt key of the agent": MirroringMistake(
            "tool",
            agent.CHECK,
            ("mirror-agent.yaml:{line}:", "shrae", "'share'"),
            "mirror-agent.yaml",
            "    share: 50\n",
            "    shrae: 50\n",
        ),
        "a message with an unknown sample fetch": MirroringMistake(
            "front",
            family.START_MAIN,
            ("mirror.spoe:{line}]", "req.bdy"),
            "mirror.spoe",
            " body=req.body announced=",
            " body=req.bdy announced=",
        ),
    },
    one_thread=family.one_thread,
    # Head and body must fit its buffer of 64 KB, and the agent's frame.
    handling=Handling(
        terms=Terms(head=30_000, room=60_000, edges=(1024, 16_384, 32_768)),
    ),
    does_not_apply={"slow-reader": family.NO_LARGE_COPIES},
)
