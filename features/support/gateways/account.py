"""What a way of mirroring itself counts, in one form for all of them.

received = sent + dropped by reason + failed by reason + in flight
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import requests

from features.support.errors import CannotFindOutError
from features.support.gateways.catalogue import Gateway
from features.support.stack import Stack
from features.support.waiting import patient, watch

_TIMEOUT = 5.0
_SETTLED_WITHIN = 15.0
_TICK = 0.12  # seconds; the threads of HAProxy with Lua put their figures together every 0.1 s
_SAMPLE = re.compile(r"^(\w+?)(?:_total)?(?:\{([^}]*)\})? ([\d.e+]+)$", re.MULTILINE)
_ENVOY = re.compile(r"^cluster\.(?:shadow|second)\.upstream_(\w+): (\d+)$", re.MULTILINE)
_COPY = re.compile(r"^copy (\d+|-) ", re.MULTILINE)
_TRAEFIK = re.compile(
    r'^traefik_service_requests_total\{code="(\d+)".*service="(?:shadow|second)@file"\} (\S+)$',
    re.MULTILINE,
)
_REASON = re.compile(r'reason="(\w+)"')
# HAProxy handed these over and heard nothing in time: the agent may have got them all the same.
UNSURE = ("timeout", "other")


@dataclass(frozen=True)
class Account:
    """Requests by what became of their copies.

    `lost` are those that did not reach the tool; of these, those that are `unsure` may have.
    """

    received: int
    sent: int
    dropped: Mapping[str, int]
    failed: Mapping[str, int]
    in_flight: int
    lost: int = 0
    unsure: int = 0

    def __sub__(self, earlier: "Account") -> "Account":
        """Return what was counted since."""
        return Account(
            _since(self.received, earlier.received),
            _since(self.sent, earlier.sent),
            _grown(self.dropped, earlier.dropped),
            _grown(self.failed, earlier.failed),
            self.in_flight,
            _since(self.lost, earlier.lost),
            _since(self.unsure, earlier.unsure),
        )

    def check_balance(self) -> list[str]:
        """Say how the figures do not add up."""
        ends = self.sent + sum(self.dropped.values()) + sum(self.failed.values()) + self.in_flight
        return [] if ends == self.received else [f"{self} does not add up: {ends}"]


def read(stack: Stack, gateway: Gateway) -> Account:
    """Read the account of a gateway's way of mirroring; all zero where its tool is down."""
    return _READERS[gateway.name](stack, gateway)


def of_front(stack: Stack, gateway: Gateway) -> dict[str, int]:
    """Return what the gateway itself counts of the way of mirroring, by reason or name."""
    if _READERS[gateway.name] is not _of_agent:
        return {}
    told = _page(stack, gateway.front, "stats", "/mirroring")
    return {reason or name: value for name, reason, value in _samples(told, "haproxy_mirror_")}


def kept_by(gateway: Gateway) -> bool:
    """Tell whether a gateway's way of mirroring keeps an account."""
    return gateway.name in _READERS


def settled(stack: Stack, gateway: Gateway, at_least: int = 0) -> Account:
    """Return the account once nothing is in flight and two readings agree, or after a while.

    At least so many requests must have been received, or lost on their way.
    """
    previous: list[Account] = []

    def look() -> tuple[Account, bool]:
        now = read(stack, gateway)
        previous.append(now)
        calm = now.in_flight == 0 and now.received + now.lost >= at_least
        return now, calm and previous[-2:] == [now, now]

    return watch(look, lambda seen: seen[1], _SETTLED_WITHIN, every=_TICK).value[0]


def _since(now: int, before: int) -> int:
    """Return how much a counter grew; one that is smaller has begun anew, in a new process."""
    return now - before if now >= before else now


def _grown(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    grown = {key: _since(n, before.get(key, 0)) for key, n in now.items()}
    return {key: n for key, n in grown.items() if n}


def _page(stack: Stack, service: str, port: str, path: str) -> str:
    """Return what a service tells of itself; raises CannotFindOutError."""
    url = f"http://{stack.address(service, port)}{path}"
    with requests.Session() as session:
        session.trust_env = False
        access = stack.credentials if port == "stats" else None
        try:
            answer = session.get(url, auth=access, timeout=patient(_TIMEOUT))
        except requests.RequestException as reason:
            raise CannotFindOutError(f"{service} tells nothing at {url}: {reason}") from None
    return answer.text


def _samples(text: str, prefix: str) -> Iterator[tuple[str, str, int]]:
    """Yield name, reason and value of a program's own Prometheus figures."""
    for name, labels, value in _SAMPLE.findall(text):
        if name.startswith(prefix):
            reason = _REASON.search(labels)
            yield name.removeprefix(prefix), reason[1] if reason else "", int(float(value))


def _of_samples(text: str, prefix: str) -> Account:
    counts: dict[str, Counter[str]] = {}
    for name, reason, value in _samples(text, prefix):
        counts.setdefault(name, Counter())[reason] += value
    return Account(
        received=counts["received"].total(),
        sent=counts["sent"].total(),
        dropped=dict(counts.get("dropped", {})),
        failed=dict(counts.get("failed", {})),
        in_flight=counts["in_flight"].total(),
        lost=counts.get("ring_lost", Counter()).total(),
    )


def _of_agent(stack: Stack, gateway: Gateway) -> Account:
    agent = _of_samples(_page(stack, str(gateway.tool), "metrics", "/metrics"), "mirror_agent_")
    told = _samples(_page(stack, gateway.front, "stats", "/mirroring"), "haproxy_mirror_")
    missed = {reason: value for name, reason, value in told if name == "errors"}
    unsure = sum(missed.get(reason, 0) for reason in UNSURE)
    return Account(**{**vars(agent), "lost": agent.lost + sum(missed.values()), "unsure": unsure})


def _of_lua(stack: Stack, gateway: Gateway) -> Account:
    """Add up what is told of each shadow, as the figures of the agent are added up."""
    told = json.loads(_page(stack, gateway.front, "stats", "/mirroring.json")).values()
    total = {name: sum(each[name] for each in told) for name in ("seen", "sent", "queued")}
    dropped, failed = (
        dict(sum((Counter(each[kind]) for each in told), Counter()))
        for kind in ("dropped", "failed")
    )
    return Account(total["seen"], total["sent"], dropped, failed, total["queued"])


def _of_goreplay(stack: Stack, gateway: Gateway) -> Account:
    return _of_samples(_page(stack, str(gateway.tool), "metrics", "/metrics"), "goreplay_mirror_")


def _of_teeproxy(stack: Stack, gateway: Gateway) -> Account:
    """Read HAProxy's figures of the copies that come back to it, as teeproxy has none."""
    table = csv.DictReader(io.StringIO(_page(stack, gateway.front, "stats", "/stats;csv")[2:]))
    rows = {(row["pxname"], row["svname"]): row for row in table}
    copies, shadow = rows["copies", "BACKEND"], rows["copies", "shadow"]
    received = int(copies["req_tot"])
    sent = sum(int(shadow[f"hrsp_{kind}"]) for kind in ("1xx", "2xx", "3xx", "4xx", "5xx"))
    in_flight = int(copies["scur"])
    return Account(received, sent, {}, {"no_answer": received - sent - in_flight}, in_flight)


def _of_envoy(stack: Stack, gateway: Gateway) -> Account:
    """Read the figures of the shadows' clusters."""
    told = Counter[str]()
    for name, value in _ENVOY.findall(_page(stack, gateway.front, "stats", "/stats")):
        told[name] += int(value)
    active, broken = told["rq_active"], told["cx_destroy_with_active_rq"]
    return Account(
        received=told["rq_completed"] + active,
        sent=told["rq_total"] - active - broken,
        dropped={"overflow": told["rq_pending_overflow"]},
        failed={"no_connection": told["rq_pending_failure_eject"], "no_answer": broken},
        in_flight=active,
    )


def _of_nginx(stack: Stack, gateway: Gateway) -> Account:
    """Count the lines of Nginx's log, which has one for each copy that has ended."""
    ended = Counter(_COPY.findall(stack.logs(gateway.front, whole=True)))
    failed = {"no_connection": ended.pop("502", 0), "no_answer": ended.pop("504", 0)}
    sent = ended.total()
    return Account(sent + sum(failed.values()), sent, {}, failed, in_flight=0)


def _of_traefik(stack: Stack, gateway: Gateway) -> Account:
    """Read what Traefik's inner door has passed on, by status; 502 and 504 are Traefik's own."""
    told = Counter[str]()
    for code, count in _TRAEFIK.findall(_page(stack, gateway.front, "stats", "/metrics")):
        told[code] += int(float(count))
    failed = {"no_connection": told.pop("502", 0), "no_answer": told.pop("504", 0)}
    sent = told.total()
    return Account(sent + sum(failed.values()), sent, {}, failed, in_flight=0)


_READERS: Mapping[str, Callable[[Stack, Gateway], Account]] = {
    "HAProxy with SPOE": _of_agent,
    "HAProxy with a log ring": _of_agent,
    "HAProxy with Lua": _of_lua,
    "HAProxy with GoReplay": _of_goreplay,
    "HAProxy with Teeproxy": _of_teeproxy,
    "Envoy": _of_envoy,
    "Nginx": _of_nginx,
    "Traefik": _of_traefik,
}
