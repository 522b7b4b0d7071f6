"""HAProxy with a log ring: it logs requests to the mirroring agent, which sends the copies."""

from features.support.gateways import agent
from features.support.gateways import haproxy_family as family
from features.support.gateways.handling import Handling
from features.support.gateways.model import Gateway, MirroringMistake
from features.support.wire.generated import Terms

GATEWAY = Gateway(
    "HAProxy with a log ring",
    (
        agent.service("ring", "haproxy-ring"),
        family.service("ring", AGENT="{mirror-agent-ring.ring}"),
    ),
    front="haproxy-ring",
    tool="mirror-agent-ring",
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
        "an incomplete address of the agent": MirroringMistake(
            "tool",
            agent.CHECK,
            ("mirror-agent.yaml:{line}:", "inputs.ring.listen", "host:port"),
            "mirror-agent.yaml",
            "    listen: ${RING_BIND:-127.0.0.1:12346}\n",
            "    listen: agent\n",
        ),
        "an unknown protocol of the ring": MirroringMistake(
            "front",
            family.START_MAIN,
            ("haproxy.cfg:{line}]", "log-proto", "octets"),
            "haproxy.cfg",
            " log-proto octet-count\n",
            " log-proto octets\n",
        ),
    },
    one_thread=family.one_thread,
    # Head and body are base64 in a line of 64 KB.
    handling=Handling(
        terms=Terms(head=30_000, room=46_000, edges=(1024, 16_384, 32_768)),
    ),
    does_not_apply={
        "slow-reader": family.NO_LARGE_COPIES,
        "copy-at-once": (
            "HAProxy 3.1 and newer hand it over at once, older ones when the answer begins"
        ),
    },
)
