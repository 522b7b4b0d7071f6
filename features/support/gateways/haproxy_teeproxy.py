"""HAProxy with Teeproxy, which stands between HAProxy and the primary and doubles requests."""

from collections.abc import Mapping, Sequence

from features.support.gateways import haproxy_family as family
from features.support.gateways.account import Account
from features.support.gateways.fate import FateFigures
from features.support.gateways.figures import page, proxies
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
from features.support.gateways.traces import without_traces
from features.support.paths import DOCKER
from features.support.stack import Stack
from features.support.stack.service import Port, Program, Service
from features.support.waiting import eventually
from features.support.wire.generated import Terms

_SCRIPT = str(DOCKER / "teeproxy" / "teeproxy.sh")
_BUILD = (
    "git clone https://github.com/chrislusf/teeproxy && cd teeproxy && go mod init teeproxy && "
    "go mod tidy && go build && export TEEPROXY=$PWD/teeproxy"
)
_ROOM = "copies that find no room in its queue are counted as refused clients, not as copies"
_AS_V1 = "    # >>> mirroring: as in api_v1\n"
_PAST_TEEPROXY = "    use-server primary if { var(txn.copy) -m bool }\n"
_UNSAFE_TOO = "    use-server primary unless { method GET HEAD }\n"
_MARK = "    http-request set-header X-Mirrored-By   %[var(proc.marker)]\n"
_DELETED = "    http-request del-header {}\n"
_FOUND_WITHIN = 10.0  # seconds
_DOORS = ("copies", "more_copies")  # HAProxy's frontends for copies, the second of a second shadow


def _tool(route: str) -> Service:
    return Service(
        name=f"teeproxy-{route}",
        title="Teeproxy",
        container=f"teeproxy-{route}",
        command=(_SCRIPT,),
        ports={"tee": Port("LISTEN", inside=8888)},
        environment={
            "PRIMARY": "{primary.service}",
            "COPIES": "{haproxy-teeproxy.copies}",
            "MORE_COPIES": "{haproxy-teeproxy.more}",
            "SETTINGS": "{configuration}",
        },
        configuration=DOCKER / "teeproxy" / f"{route}.conf",
        configuration_inside=f"/opt/teeproxy/{route}.conf",
        version=(_SCRIPT, "--version"),
        check=(_SCRIPT, "--check"),
        brought=Program("teeproxy", variable="TEEPROXY"),
        mend=lambda _: _BUILD,
    )


def _rows(stack: Stack, gateway: Gateway) -> dict[tuple[str, str], dict[str, str]]:
    return proxies(page(stack, gateway.front, "stats", "/stats;csv"))


def _figures(stack: Stack, gateway: Gateway) -> Mapping[str, int]:
    shadow = _rows(stack, gateway)["copies", "shadow"]
    return {name: int(shadow[name]) for name in ("econ", "eresp", "hrsp_5xx")}


def _account(stack: Stack, gateway: Gateway) -> Account:
    """Read HAProxy's figures of the copies that come back to it, as Teeproxy has none."""
    rows = _rows(stack, gateway)
    doors = [name for name, server in rows if name in _DOORS and server == "BACKEND"]
    received = sum(int(rows[name, "BACKEND"]["req_tot"]) for name in doors)
    sent = sum(
        int(rows[name, "shadow"][f"hrsp_{kind}"])
        for name in doors
        for kind in ("1xx", "2xx", "3xx", "4xx", "5xx")
    )
    in_flight = sum(int(rows[name, "BACKEND"]["scur"]) for name in doors)
    return Account(received, sent, {}, {"no_answer": received - sent - in_flight}, in_flight)


def _restarted(stack: Stack, gateway: Gateway) -> Effect:
    """Restart Teeproxy, and wait until HAProxy sends requests of both routes through it again."""

    def found() -> list[str]:
        return [
            row["status"] for (_, name), row in _rows(stack, gateway).items() if name == "teeproxy"
        ]

    def await_both() -> None:
        eventually(found, lambda told: {*told} == {"UP"}, _FOUND_WITHIN, "teeproxy found well")

    return family.tools_restarted(stack, gateway, await_both)


def _second_door() -> Sequence[tuple[str, str]]:
    """Repeat the frontend that copies come back to, for the second shadow."""
    text = (DOCKER / "teeproxy" / "haproxy.cfg").read_text()
    start = text.index("listen copies\n")
    block = text[start : text.index("# <<< mirroring", start)]
    again = block.replace("listen copies\n", f"listen {_DOORS[1]}\n")
    again = again.replace("COPIES_BIND", "MORE_COPIES_BIND").replace("${SHADOW}", "{second}")
    return ((block, f"{block}\n{again}"),)


_SHARE = FileShare("tool", lambda share: Edit(":-50}\n", f":-{share}}}\n"), file="v2.conf")


def _sessions(percent: int) -> Sequence[Setting]:
    """Let HAProxy send only the chosen sessions through Teeproxy, which mirrors all of them."""
    past = f"{_AS_V1}    use-server primary unless {family.of_sessions(percent)}\n"
    return (
        Setting("tool", [_SHARE.edit(100)], "v2.conf", _restarted),
        Setting("front", [Edit(_AS_V1, past)]),
    )


GATEWAY = Gateway(
    "HAProxy with Teeproxy",
    (
        _tool("v1"),
        _tool("v2"),
        family.service(
            "teeproxy",
            "teeproxy",
            ports={
                "copies": Port("COPIES_BIND", inside=10003),
                "more": Port("MORE_COPIES_BIND", inside=10002, spare=True),
            },
            TEEPROXY_V1="{teeproxy-v1.tee}",
            TEEPROXY_V2="{teeproxy-v2.tee}",
        ),
    ),
    front="haproxy-teeproxy",
    tool="teeproxy-v1",
    tool_health=("tee", "/healthz"),
    account=_account,
    figures=FateFigures(
        _figures,
        {
            "answers too late": "eresp",
            "does not listen": "econ",
            "hangs up": "eresp",
            "answers with errors": "hrsp_5xx",
        },
    ),
    patience={
        "answers too late": Setting(
            "front",
            [Edit("    timeout server  5s\n", "    timeout server  1s\n")],
        )
    },
    sessions=_sessions,
    choices={
        "safe methods": Setting(
            "front", [Edit(_PAST_TEEPROXY, f"{_PAST_TEEPROXY}{_UNSAFE_TOO}", times=2)]
        ),
        "another host": Setting(
            "front", [Edit(_MARK, f"{_MARK}    http-request set-header Host {SHADOW_HOST}\n")]
        ),
        "no traces": Setting("front", [without_traces(_MARK, _DELETED)]),
    },
    effects={"front": family.reloaded, "tool": family.reloaded},
    process=family.process,
    share=_SHARE,
    restarted=_restarted,
    second_shadow=SecondShadow(
        "tool",
        (("SHADOWS=1\n", "SHADOWS=2\n"),),
        effect=_restarted,
        beside=SecondShadow("front", _second_door()),
    ),
    config_check=family.CONFIG_CHECK,
    answer_time=family.answer_time,
    mistakes={
        "a share of 150 %": MirroringMistake(
            "tool", ("env", "SHARE=150", _SCRIPT, "--check"), ("SHARE=150",)
        ),
    },
    one_thread=family.one_thread,
    handling=Handling(
        "header order and Accept-Encoding",
        Terms(
            targets=("plain", "encoded", "needlessly encoded", "dots"),
            edges=(4096, 15_360, 16_384, 32_768, 65_536),
        ),
        primary=Changes(IDENTITY, reorders=True),
        copy=Changes(IDENTITY, reorders=True),
    ),
    does_not_apply={
        "websocket-copy": "no WebSocket session passes",
        "counted-queue-items": _ROOM,
        "counted-queue-bytes": _ROOM,
    },
)
