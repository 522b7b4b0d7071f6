"""HAProxy with Lua: a script in HAProxy sends the copies."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from features.support.gateways import haproxy_family as family
from features.support.gateways.account import Account
from features.support.gateways.fate import FateFigures
from features.support.gateways.figures import page, proxies
from features.support.gateways.handling import Handling
from features.support.gateways.model import (
    SHADOW_HOST,
    CirculatingScript,
    Edit,
    FileShare,
    Gateway,
    MirroringMistake,
    SecondShadow,
    Setting,
    without_a_tool,
)
from features.support.paths import ROOT
from features.support.stack import Stack
from features.support.wire.generated import Terms
from features.support.wire.payloads import TRACES

_GLOBAL, _ROUTES = "\nglobal\n", "    use_backend api_v1 if v1\n"
_LOADED = (
    (_GLOBAL, _GLOBAL + "    lua-load {path}\n"),
    (_ROUTES, f"    http-request lua.mirror-request if v1\n{_ROUTES}"),
)
# "The implementation depends on the Lua HTTP client": this much is passed on.
_EMPTY = """\
core.register_action("mirror-request", { "http-req" }, function(txn)
    -- Async HTTP request to shadow backend
    -- Implementation depends on Lua HTTP client
end)
"""
# The HTTP client that HAProxy itself has, used as its name suggests.
_BLOCKING = """\
core.register_action("mirror-request", { "http-req" }, function(txn)
    local id = txn.sf:req_hdr("x-request-id")
    core.httpclient():get({
        url = "http://" .. os.getenv("SHADOW") .. txn.sf:path(),
        headers = { ["x-request-id"] = { id } },
    })
end)
"""
CIRCULATING = {
    "the Lua script that people copy": CirculatingScript("mirror.lua", _EMPTY, _LOADED),
    "a Lua script that sends the copy first": CirculatingScript("mirror.lua", _BLOCKING, _LOADED),
}
_NOT_THERE = "failed.connect + dropped.shadow_down"
_RULE = "    http-request set-var(txn.mirror.shadow) bool(true) if v1"


_TO = "    setenv    MIRROR_TO      shadow\n"


def _set(*lines: str) -> Setting:
    edit = Edit(_TO, _TO + "".join(f"    setenv {line}\n" for line in lines))
    return Setting("front", [edit], effecting=family.restarted)


def _told(stack: Stack, gateway: Gateway) -> dict[str, dict[str, Any]]:
    """Return what the script tells of each shadow, by name."""
    told: dict[str, dict[str, Any]] = json.loads(
        page(stack, gateway.front, "stats", "/mirroring.json")
    )
    return told


def _figures(stack: Stack, gateway: Gateway) -> Mapping[str, int]:
    told = _told(stack, gateway)["shadow"]
    figures = {
        f"{kind}.{reason}": count
        for kind in ("dropped", "failed")
        for reason, count in told[kind].items()
    }
    # A shadow that does not listen is found by the first copies, and then by the health check.
    return {**figures, _NOT_THERE: sum(figures[each] for each in _NOT_THERE.split(" + "))}


def _leaves_alone(stack: Stack, gateway: Gateway) -> int:
    """Count the threads whose circuit is open, and HAProxy if it doubts that the shadow is well.

    A check that began during a fault may end, and fail, when copies flow again.
    """
    shadow = proxies(page(stack, gateway.front, "stats", "/stats;csv"))["shadow", "shadow"]
    rise, fall, health = (int(shadow[f"check_{each}"]) for each in ("rise", "fall", "health"))
    doubts = health < rise + fall - 1  # HAProxy's management guide, 9.1
    return sum((int(each["open_circuits"]) for each in _told(stack, gateway).values()), int(doubts))


def _account(stack: Stack, gateway: Gateway) -> Account:
    """Add up what is told of each shadow, as the figures of the agent are added up."""
    told = _told(stack, gateway).values()
    total = {name: sum(each[name] for each in told) for name in ("seen", "sent", "queued")}
    dropped, failed = (
        dict(sum((Counter(each[kind]) for each in told), Counter()))
        for kind in ("dropped", "failed")
    )
    return Account(total["seen"], total["sent"], dropped, failed, total["queued"])


GATEWAY = Gateway(
    "HAProxy with Lua",
    (family.service("lua", MIRROR_LUA=str(ROOT / "mirror-lua" / "mirror.lua")),),
    front="haproxy-lua",
    account=_account,
    leaves_alone=_leaves_alone,
    figures=FateFigures(
        _figures,
        {
            "answers too late": "failed.timeout",
            "does not listen": _NOT_THERE,
            "hangs up": "failed.closed",
            "loop": "dropped.loop",
            "by their number": "dropped.queue_full",
            "by their bytes": "dropped.queue_bytes",
        },
    ),
    patience={
        "answers too late": _set("MIRROR_ANSWER_TIMEOUT 1s"),
        # As it is, but started anew: a kept connection that the shadow has closed is another fate.
        "does not listen": _set("MIRROR_RETRY 1s"),
        "by their number": _set("MIRROR_CONNECTIONS 1", "MIRROR_QUEUE_ITEMS 2"),
        "by their bytes": _set("MIRROR_CONNECTIONS 1", "MIRROR_QUEUE_BYTES 10k"),
    },
    sessions=lambda percent: [
        Setting("front", [Edit("v2 { rand(10000) lt 5000 }", f"v2 {family.of_sessions(percent)}")])
    ],
    choices={
        "safe methods": Setting(
            "front", [Edit(" if v1 || v2 { rand", " if v1 { method GET HEAD } || v2 { rand")]
        ),
        "another host": _set(f"MIRROR_HOST {SHADOW_HOST}"),
        "no traces": _set(f'MIRROR_REMOVE "Authorization Cookie {" ".join(TRACES)}"'),
    },
    effects={"front": family.reloaded},
    process=family.process,
    config_check=family.CONFIG_CHECK,
    answer_time=family.answer_time,
    share=FileShare(
        "front",
        lambda share: Edit("v2 { rand(10000) lt 5000 }", f"v2 {{ rand(10000) lt {share * 100} }}"),
    ),
    second_shadow=SecondShadow(
        "front",
        (
            ("    setenv    MIRROR_TO      shadow\n", '    setenv MIRROR_TO "shadow second"\n'),
            (_RULE, f"{_RULE.replace('shadow', 'second')}\n{_RULE}"),
            (
                "\nbackend shadow\n",
                '\nbackend second\n    server second "{second}" check\n\nbackend shadow\n',
            ),
        ),
    ),
    mistakes={
        "a size in an unknown unit": MirroringMistake(
            "front",
            ("env", "MIRROR_MAX_BODY=16x", *family.START_MAIN),
            ("MIRROR_MAX_BODY", "16x"),
        ),
        "copies to a shadow that does not exist": MirroringMistake(
            "front",
            family.START_MAIN,
            ("MIRROR_TO", "nobody"),
            "haproxy.cfg",
            "    setenv    MIRROR_TO      shadow\n",
            "    setenv    MIRROR_TO      nobody\n",
        ),
    },
    one_thread=family.one_thread,
    # It keeps bodies in pieces of 8 KB, out of buffers of 16 KB less 1024 bytes.
    handling=Handling(terms=Terms(edges=(8192, 15_360, 16_384, 65_536, 1_048_576)), tells=True),
    does_not_apply=without_a_tool(family.NO_TOOL),
)
