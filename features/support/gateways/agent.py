"""What the ways of mirroring through this project's agent have in common."""

import re
import signal
from collections import Counter
from collections.abc import Mapping, Sequence

from features.support.errors import CannotFindOutError
from features.support.gateways import haproxy_family as family
from features.support.gateways.account import UNSURE, Account
from features.support.gateways.fate import Fate, FateFigures
from features.support.gateways.figures import account_in, by_label, by_reason, page
from features.support.gateways.model import (
    SHADOW_HOST,
    Choice,
    Edit,
    Effect,
    FileShare,
    Gateway,
    SecondShadow,
    Setting,
)
from features.support.paths import ROOT
from features.support.stack import Stack
from features.support.stack.service import Port, Service
from features.support.wire.payloads import TRACES

_RELOADED = "configuration loaded again"  # the agent's own words
# How the agent's last words tell its account, as text and as JSON.
_LAST_WORDS = re.compile(r'"?shadow\.(received|sent|dropped\.\w+|failed\.\w+)"?(?:=|: ?)(\d+)')
CHECK = ("{python}", "-m", "mirror_agent", "--check", "{files}/mirror-agent.yaml")
SHARE = FileShare(
    "tool",
    lambda share: Edit(
        "prefix: /api/v2\n    share: 50\n", f"prefix: /api/v2\n    share: {share}\n"
    ),
)
SECOND_SHADOW = SecondShadow(
    "tool", (("\nroutes:\n", "\n  - name: second\n    address: {second}\n\nroutes:\n"),)
)
_REMOVED = "  remove_headers: [Authorization, Cookie, Proxy-Authorization"
_ADDRESS = "    address: ${SHADOW:-127.0.0.1:8081}\n"


def _of_the_shadow(*lines: str) -> Setting:
    added = "".join(f"    {line}\n" for line in lines)
    return Setting("tool", [Edit(_ADDRESS, _ADDRESS + added)])


PATIENCE: Mapping[Fate, Setting] = {
    "answers too late": _of_the_shadow("answer_timeout: 1s"),
    "by their number": _of_the_shadow("connections: 1", "queue: {items: 2}"),
    "by their bytes": _of_the_shadow("connections: 1", "queue: {bytes: 10KiB}"),
}
CHOICES: Mapping[Choice, Setting] = {
    "safe methods": Setting(
        "tool",
        [Edit("    # methods: [GET, HEAD]      # default: all\n", "    methods: [GET, HEAD]\n")],
    ),
    "another host": _of_the_shadow(f"host: {SHADOW_HOST}"),
    "no traces": Setting("tool", [Edit(_REMOVED + "]", f"{_REMOVED}, {', '.join(TRACES)}]")]),
}


def _figures(stack: Stack, gateway: Gateway) -> Mapping[str, int]:
    """Read the agent's figures, and what HAProxy counts of copies that come back."""
    own = by_label(page(stack, str(gateway.tool), "metrics", "/metrics"), "mirror_agent_")
    front = by_label(page(stack, gateway.front, "stats", "/mirroring"), "haproxy_mirror_")
    return {**own, "loops": front["haproxy_mirror_loops"]}


_HANDED_OVER = "bool(true) if v1 !copy || v2 !copy"


def sessions(percent: int) -> Sequence[Setting]:
    """Let HAProxy choose the sessions, and the agent mirror all that it is handed."""
    chosen = f"{_HANDED_OVER} {family.of_sessions(percent)}"
    return (
        Setting("tool", [SHARE.edit(100)]),
        Setting("front", [Edit(_HANDED_OVER, chosen)]),
    )


FIGURES = FateFigures(
    _figures,
    {
        "answers too late": "failed.timeout",
        "does not listen": "failed.connect",
        "hangs up": "failed.closed",
        "answers with errors": "answers.5xx",
        "not drawn": "dropped.not_sampled",
        "loop": "loops",
        "by their number": "dropped.queue_full",
        "by their bytes": "dropped.queue_bytes",
    },
)


def service(way: str, network_of: str | None = None) -> Service:
    """Describe the mirroring agent behind one gateway."""
    return Service(
        name=f"mirror-agent-{way}",
        title="Mirroring agent",
        container=f"mirror-agent-{way}",
        command=("{python}", "-m", "mirror_agent", "{configuration}"),
        ports={
            "spoe": Port("SPOE_BIND", inside=12345),
            "ring": Port("RING_BIND", inside=12346),
            "metrics": Port("METRICS_BIND", inside=9901),
        },
        environment={
            "PYTHONPATH": str(ROOT / "mirror-agent"),
            "SHADOW": "{shadow.service}",
            "MIRROR_MARKER": "{marker}",
        },
        configuration=ROOT / "mirror-agent" / "reference" / "mirror-agent.yaml",
        configuration_inside="/etc/mirror-agent/mirror-agent.yaml",
        reload_signal=signal.SIGHUP,
        version=("{python}", "-m", "mirror_agent", "--version"),
        network_of=network_of,
    )


def account(stack: Stack, gateway: Gateway) -> Account:
    """Read the agent's account, and what the gateway counts as not handed over to it."""
    agent = account_in(page(stack, str(gateway.tool), "metrics", "/metrics"), "mirror_agent_")
    told = by_reason(page(stack, gateway.front, "stats", "/mirroring"), "haproxy_mirror_")
    missed = told.get("errors", Counter())
    unsure = sum(missed.get(reason, 0) for reason in UNSURE)
    return Account(**{**vars(agent), "lost": agent.lost + sum(missed.values()), "unsure": unsure})


def account_at_end(stack: Stack, gateway: Gateway) -> Account:
    """Read from its log what the agent had counted when it was stopped."""
    told = last_words(stack.logs(str(gateway.tool)))
    if not told:
        raise CannotFindOutError("the mirroring tool ended without telling what it had counted")
    return Account(told["received"], told["sent"], _of("dropped.", told), _of("failed.", told), 0)


def last_words(log: str) -> dict[str, int]:
    """Return the figures in the agent's last words, as text or as JSON."""
    return {name: int(value) for name, value in _LAST_WORDS.findall(log)}


def _of(kind: str, told: Mapping[str, int]) -> dict[str, int]:
    return {name.removeprefix(kind): n for name, n in told.items() if name.startswith(kind)}


def reloaded(stack: Stack, gateway: Gateway) -> Effect:
    """Let the agent reload, and look for its word of it."""
    tool = str(gateway.tool)
    return Effect(
        lambda: str(stack.logs(tool, whole=True).count(_RELOADED)), lambda: stack.reload(tool)
    )
