"""HAProxy with GoReplay, which captures what arrives at the primary and replays it."""

from collections.abc import Sequence

from features.support.errors import CannotFindOutError
from features.support.gateways import haproxy_family as family
from features.support.gateways.account import Account
from features.support.gateways.fate import FateFigures
from features.support.gateways.figures import account_in, by_label, page
from features.support.gateways.handling import IDENTITY, Changes, Handling
from features.support.gateways.model import (
    SHADOW_HOST,
    Edit,
    Effect,
    FileShare,
    Gateway,
    MirroringMistake,
    SecondShadow,
    Setting,
)
from features.support.paths import DOCKER
from features.support.stack import Stack
from features.support.stack.service import Port, Service
from features.support.waiting import eventually
from features.support.wire.generated import Terms
from features.support.wire.payloads import TRACES

_CAPTURES_WITHIN = 15.0  # seconds
_CREDENTIALS = ("Authorization", "Cookie", "Proxy-Authorization")
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
    ports={
        "metrics": Port("METRICS_BIND", inside=9902),
        "second": Port("SECOND_METRICS_BIND", inside=9903, spare=True),
    },
    environment={
        # Only what this gateway sends to the primary arrives at its second port.
        "PRIMARY": "{primary.second}",
        "SHADOW": "{shadow.service}",
        "MIRROR_MARKER": "{marker}",
        "PYTHON": "{python}",
        "SETTINGS": "{configuration}",
    },
    configuration=DOCKER / "goreplay" / "goreplay.conf",
    configuration_inside="/opt/goreplay/goreplay.conf",
    version=(_SCRIPT, "--version"),
    check=(_SCRIPT, "--check"),
    mend=_mend,
    network_of="primary",
)
_ROOM = "its room for 10,000 copies or 128 MB is fixed, and outlasts what may wait 10 s in it"


def _account(stack: Stack, gateway: Gateway) -> Account:
    """Add up what is told of each shadow."""
    first, *others = (
        account_in(page(stack, str(gateway.tool), port, "/metrics"), "goreplay_mirror_")
        for port in ("metrics", *(["second"] if _has_second(stack) else []))
    )
    return sum(others, start=first)


def _has_second(stack: Stack) -> bool:
    return "\nSECOND_SHADOW=" in stack.configuration(_TOOL.name).read_text()


def _health_of_second(stack: Stack) -> str:
    try:
        return page(stack, _TOOL.name, "second", "/healthz")
    except CannotFindOutError as reason:  # it starts
        return str(reason)


def _restarted(stack: Stack, gateway: Gateway) -> Effect:
    """Restart GoReplay, and wait for a second one where there is to be one."""

    def await_second() -> None:
        if _has_second(stack):
            eventually(
                lambda: _health_of_second(stack),
                lambda told: told == "ok\n",
                _CAPTURES_WITHIN,
                "the captures of a second GoReplay",
            )

    return family.tools_restarted(stack, gateway, await_second)


_V2 = "    http-request set-header X-Route v2\n"
_SHARE = FileShare(
    "tool",
    lambda share: Edit('#MIRROR_SHARES="v1=100 v2=50"\n', f'MIRROR_SHARES="v1=100 v2={share}"\n'),
)


def _setting(name: str, value: str) -> Setting:
    unset = f"#{name}=\n"
    edit = Edit(unset, f'{name}="{value}"\n')
    return Setting("tool", [edit], effecting=family.tools_restarted)


def _sessions(percent: int) -> Sequence[Setting]:
    """Let HAProxy say which sessions are not mirrored, and GoReplay mirror all others."""
    chosen = f"{_V2}    http-request set-header X-Mirror no unless {family.of_sessions(percent)}\n"
    return (
        Setting("tool", [_SHARE.edit(100)], effecting=family.tools_restarted),
        Setting("front", [Edit(_V2, chosen)]),
    )


GATEWAY = Gateway(
    "HAProxy with GoReplay",
    (family.service("goreplay", "goreplay", primary="second"), _TOOL),
    front="haproxy-goreplay",
    tool="goreplay",
    tool_health=("metrics", "/healthz"),
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
    sessions=_sessions,
    choices={
        "safe methods": _setting("MIRROR_METHODS", "GET HEAD"),
        "another host": _setting("MIRROR_HOST", SHADOW_HOST),
        "no traces": _setting("MIRROR_REMOVE", " ".join((*_CREDENTIALS, *TRACES))),
    },
    effects={"front": family.reloaded, "tool": family.reloaded},
    process=family.process,
    share=_SHARE,
    restarted=family.tools_restarted,
    second_shadow=SecondShadow(
        "tool", (("#SECOND_SHADOW=\n", "SECOND_SHADOW={second}\n"),), effect=_restarted
    ),
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
    handling=Handling(
        "header order and Accept-Encoding",
        Terms(
            targets=("plain", "encoded", "needlessly encoded", "dots"),
            head=3_400,  # in one packet: more of those that fill several are lost
            room=20_000,
            edges=(1448, 8192, 16_384),
            chunked=False,
            bodiless=frozenset({"PURGE"}),
        ),
        copy=Changes(IDENTITY, reorders=True),
        loses=1,  # those whose body comes in a packet of its own, now and then
    ),
    does_not_apply={
        "slow-reader": "it may not copy a body of 10 MB at all",
        "counted-queue-items": _ROOM,
        "counted-queue-bytes": _ROOM,
    },
)
