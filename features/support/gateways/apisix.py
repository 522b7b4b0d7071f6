"""APISIX, which mirrors by itself and comes in an image only."""

from features.support.gateways import self_mirroring as family
from features.support.gateways.model import (
    Edit,
    Effect,
    FileShare,
    Gateway,
    Setting,
    without_a_second_shadow,
    without_a_tool,
)
from features.support.paths import DOCKER
from features.support.stack import Stack
from features.support.stack.service import Service

_SERVICE = Service(
    name="apisix",
    title="APISIX",
    container="apisix",
    command=(),
    ports={"proxy": family.proxy("apisix")},
    configuration=DOCKER / "apisix" / "apisix.yaml",
    configuration_inside="/usr/local/apisix/conf/apisix.yaml",
    version=("apisix", "version"),
    named_by="APISIX_IMAGE",
    mend=lambda _: "docker pull apache/apisix:3.16.0-debian",
)
_CONNECTIONS = 12  # each of its workers reads the file itself
_PROBE = family.ProbeRoute(
    "\nroutes:\n",
    "  - id: generation\n"
    "    uri: {path}\n"
    "    plugins: {fault-injection: {abort: {http_status: 204}}}\n",
    status=204,
)
_SHARE = "sample_ratio: 0.5\n"


def _served(stack: Stack, gateway: Gateway) -> Effect:
    return _PROBE.effect(stack, gateway, connections=_CONNECTIONS)


GATEWAY = Gateway(
    "APISIX",
    (_SERVICE,),
    front="apisix",
    checks_shadow=False,
    effects={"front": _served},
    answer_time=lambda seconds: Setting("front", [Edit("read: 30}", f"read: {seconds}}}")]),
    share=FileShare(
        "front",
        # It takes no share of 0, so the plugin is switched off.
        lambda share: Edit(
            _SHARE, f"sample_ratio: {share / 100}\n" if share else "_meta: {disable: true}\n"
        ),
        invalid=Edit(_SHARE, "sample_ratio: 50\n"),
    ),
    software=("openresty",),
    does_not_apply={
        "account": "it keeps neither figures nor a log of copies",
        "figures-locked": "it has no figures",
        **dict.fromkeys(
            ("counted-queue-items", "counted-queue-bytes"),
            "its room for 1000 copies at a time is fixed when it starts",
        ),
        "reload": family.NEVER_RELOADED,
        **without_a_second_shadow("a route has one shadow (apache/apisix#9690)"),
        **without_a_tool(family.NO_TOOL),
    },
)
