"""APISIX, which mirrors by itself and comes in an image only."""

from collections.abc import Sequence

from features.support.gateways import self_mirroring as family
from features.support.gateways.handling import Changes, Handling
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
from features.support.stack.service import Service
from features.support.wire.generated import Terms

_SERVICE = Service(
    name="apisix",
    title="APISIX",
    container="apisix",
    command=(),
    ports={"proxy": family.proxy("apisix")},
    configuration=DOCKER / "apisix" / "apisix.yaml",
    configuration_inside="/usr/local/apisix/conf/apisix.yaml",
    before_reload=("apisix", "reload"),
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
_HOST = "            proxy_set_header Host                "  # of copies
_REMOVED = '            proxy_set_header Cookie              "";\n'
_REMOVING = '            proxy_set_header {} "";\n'
_V2 = "  - id: v2\n"
_UNSAFE = """\
  - id: v1-unsafe
    uri: /*
    vars: [[real_request_uri, "~~", "^/api/v1(/|[?]|$)"]]
    methods: [POST, PUT, PATCH, DELETE, OPTIONS, PURGE]
    priority: 12
    upstream_id: primary
    plugins:
      proxy-rewrite:
        use_real_request_uri_unsafe: true
        headers:
          set: {X-Route: v1, X-Real-IP: $remote_addr}
          remove: [X-Forwarded-For]

"""
_SHARE = "sample_ratio: 0.5\n"


def _served(stack: Stack, gateway: Gateway) -> Effect:
    return _PROBE.effect(stack, gateway, connections=_CONNECTIONS)


def _second_location() -> Sequence[tuple[str, str]]:
    """Repeat the location that sends copies, for the second shadow."""
    text = (DOCKER / "apisix" / "config.yaml").read_text()
    start = text.index("        location = /copy {")
    block = text[start : text.index("\n        }\n", start) + len("\n        }\n")]
    again = block.replace("/copy", "/copy_second").replace("${{SHADOW}}", "{second}")
    mirrored = "            mirror /copy;\n"
    return (block, f"{block}\n{again}"), (mirrored, f"{mirrored}            mirror /copy_second;\n")


GATEWAY = Gateway(
    "APISIX",
    (_SERVICE,),
    front="apisix",
    checks_shadow=False,
    choices={
        "safe methods": Setting("front", [Edit(_V2, _UNSAFE + _V2)]),
        "another host": Setting(
            "front",
            [Edit(f"{_HOST}$http_host;\n", f"{_HOST}{SHADOW_HOST};\n")],
            "config.yaml",
            family.reloaded_workers,
        ),
        "no traces": Setting(
            "front",
            [without_traces(_REMOVED, _REMOVING)],
            "config.yaml",
            family.reloaded_workers,
        ),
    },
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
    process=family.workers,
    second_shadow=SecondShadow(
        "front", _second_location(), file="config.yaml", effect=family.reloaded_workers
    ),
    software=("openresty",),
    handling=Handling(
        "forwarding headers",
        Terms(head=7_000, edges=(8192, 16_384, 1_048_576), repeated=family.REPEATED),
        primary=Changes(
            {
                "x-real-ip": "{client}",
                "x-forwarded-proto": "http",
                "x-forwarded-host": "{host}",
                "x-forwarded-port": r"\d+",
            }
        ),
        tells=True,
    ),
    does_not_apply={
        "websocket-copy": "no WebSocket session passes",
        "figures-locked": "it has no figures",
        **dict.fromkeys(
            ("counted-queue-items", "counted-queue-bytes"),
            "its room for 1000 copies at a time is fixed when it starts",
        ),
        **dict.fromkeys(
            ("http1-tls", "http2", "http2-tls", "http2-streams", "http2-cookies", "http2-share"),
            "its configuration here opens no port for TLS or HTTP/2: it was not tried with them",
        ),
        **without_a_tool(family.NO_TOOL),
    },
)
