"""HAProxy with Teeproxy, which stands between HAProxy and the primary and doubles requests."""

import csv
import io
from collections.abc import Mapping

from features.support.gateways import haproxy_family as family
from features.support.gateways.account import Account
from features.support.gateways.fate import FateFigures
from features.support.gateways.figures import page
from features.support.gateways.model import (
    Edit,
    Gateway,
    MirroringMistake,
    Setting,
    without_a_second_shadow,
)
from features.support.paths import DOCKER
from features.support.stack import Stack
from features.support.stack.service import Port, Program, Service

_SCRIPT = str(DOCKER / "teeproxy" / "teeproxy.sh")
_BUILD = (
    "git clone https://github.com/chrislusf/teeproxy && cd teeproxy && go mod init teeproxy && "
    "go mod tidy && go build && export TEEPROXY=$PWD/teeproxy"
)
_ROOM = "copies that find no room in its queue are counted as refused clients, not as copies"


def _tool(route: str, share: int) -> Service:
    return Service(
        name=f"teeproxy-{route}",
        title="Teeproxy",
        container=f"teeproxy-{route}",
        command=(_SCRIPT,),
        ports={"tee": Port("LISTEN", inside=8888)},
        environment={
            "PRIMARY": "{primary.service}",
            "COPIES": "{haproxy-teeproxy.copies}",
            "SHARE": str(share),
        },
        version=("true",),  # it does not know
        check=(_SCRIPT, "--check"),
        brought=Program("teeproxy", variable="TEEPROXY"),
        mend=lambda _: _BUILD,
    )


def _rows(stack: Stack, gateway: Gateway) -> dict[tuple[str, str], dict[str, str]]:
    table = csv.DictReader(io.StringIO(page(stack, gateway.front, "stats", "/stats;csv")[2:]))
    return {(row["pxname"], row["svname"]): row for row in table}


def _figures(stack: Stack, gateway: Gateway) -> Mapping[str, int]:
    shadow = _rows(stack, gateway)["copies", "shadow"]
    return {name: int(shadow[name]) for name in ("econ", "eresp", "hrsp_5xx")}


def _account(stack: Stack, gateway: Gateway) -> Account:
    """Read HAProxy's figures of the copies that come back to it, as Teeproxy has none."""
    rows = _rows(stack, gateway)
    copies, shadow = rows["copies", "BACKEND"], rows["copies", "shadow"]
    received = int(copies["req_tot"])
    sent = sum(int(shadow[f"hrsp_{kind}"]) for kind in ("1xx", "2xx", "3xx", "4xx", "5xx"))
    in_flight = int(copies["scur"])
    return Account(received, sent, {}, {"no_answer": received - sent - in_flight}, in_flight)


GATEWAY = Gateway(
    "HAProxy with Teeproxy",
    (
        _tool("v1", 100),
        _tool("v2", 50),
        family.service(
            "teeproxy",
            "teeproxy",
            ports={"copies": Port("COPIES_BIND", inside=10003)},
            TEEPROXY_V1="{teeproxy-v1.tee}",
            TEEPROXY_V2="{teeproxy-v2.tee}",
        ),
    ),
    front="haproxy-teeproxy",
    tool="teeproxy-v1",
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
    effects={"front": family.reloaded},
    process=family.process,
    config_check=family.CONFIG_CHECK,
    answer_time=family.answer_time,
    mistakes={
        "a share of 150 %": MirroringMistake(
            "tool", ("env", "SHARE=150", _SCRIPT, "--check"), ("SHARE=150",)
        ),
    },
    one_thread=family.one_thread,
    does_not_apply={
        "tool-frozen-under-load": (
            "clients wait for it while it is frozen, so no load gets past it"
        ),
        "new-share": family.NEW_START,
        "counted-queue-items": _ROOM,
        "counted-queue-bytes": _ROOM,
        **without_a_second_shadow(
            "its shadow is an argument of its start, so a second needs a restart of the tool"
        ),
    },
)
