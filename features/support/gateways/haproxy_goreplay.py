"""HAProxy with GoReplay, which captures what arrives at the primary and replays it."""

from features.support.gateways import haproxy_family as family
from features.support.gateways.account import Account
from features.support.gateways.fate import FateFigures
from features.support.gateways.figures import account_in, by_label, page
from features.support.gateways.model import (
    Gateway,
    MirroringMistake,
    without_a_second_shadow,
)
from features.support.paths import DOCKER
from features.support.stack import Stack
from features.support.stack.service import Port, Service

_SCRIPT = str(DOCKER / "goreplay" / "goreplay.sh")
_AS_ROOT = "as root: "  # before the command that the script's complaint ends with


def _mend(complaint: str) -> str:
    """Return the command that ends what the script complains of."""
    if _AS_ROOT in complaint:
        return f"sudo {complaint.rpartition(_AS_ROOT)[2]}"
    return "unset GOREPLAY && make tools" if "GOREPLAY=/" in complaint else "make tools"


_TOOL = Service(
    name="goreplay",
    title="GoReplay",
    container="goreplay",
    command=(_SCRIPT,),
    ports={"metrics": Port("METRICS_BIND", inside=9902)},
    environment={
        # Only what this gateway sends to the primary arrives at its second port.
        "PRIMARY": "{primary.second}",
        "SHADOW": "{shadow.service}",
        "MIRROR_MARKER": "{marker}",
        "PYTHON": "{python}",
    },
    version=(_SCRIPT, "--version"),
    check=(_SCRIPT, "--check"),
    mend=_mend,
    network_of="primary",
)
_ROOM = "its room for 10,000 copies or 128 MB is fixed, and outlasts what may wait 10 s in it"


def _account(stack: Stack, gateway: Gateway) -> Account:
    return account_in(page(stack, str(gateway.tool), "metrics", "/metrics"), "goreplay_mirror_")


GATEWAY = Gateway(
    "HAProxy with GoReplay",
    (family.service("goreplay", "goreplay", primary="second"), _TOOL),
    front="haproxy-goreplay",
    tool="goreplay",
    account=_account,
    figures=FateFigures(
        lambda stack, gateway: by_label(
            page(stack, str(gateway.tool), "metrics", "/metrics"), "goreplay_mirror_"
        ),
        {
            **dict.fromkeys(
                ("answers too late", "does not listen", "hangs up"), "failed.no_answer"
            ),
            "answers with errors": "answers.5xx",
            "not drawn": "dropped.not_sampled",
            "loop": "dropped.loop",
        },
    ),
    effects={"front": family.reloaded},
    process=family.process,
    config_check=family.CONFIG_CHECK,
    answer_time=family.answer_time,
    mistakes={
        "a share of 200 %": MirroringMistake(
            "tool",
            ("env", "MIRROR_SHARES=v1=200", _SCRIPT, "--check"),
            ("MIRROR_SHARES", "v1=200"),
        ),
    },
    one_thread=family.one_thread,
    does_not_apply={
        "slow-reader": "it may not copy a body of 10 MB at all",
        "new-share": family.NEW_START,
        "counted-queue-items": _ROOM,
        "counted-queue-bytes": _ROOM,
        **without_a_second_shadow(
            "one runs for each shadow: a second shadow is for another GoReplay beside it"
        ),
    },
)
