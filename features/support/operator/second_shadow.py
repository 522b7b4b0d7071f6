"""How each gateway that can have a second shadow gets one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.support.operator.live_edits import Edit
from features.support.paths import DOCKER


@dataclass(frozen=True)
class Addition:
    """What is written into whose configuration, the tool's or the front's; {second} is where.

    {second_host} and {second_port} are its parts; `file` is another file beside the configuration.
    """

    role: str
    changes: Sequence[tuple[str, str]]
    file: str = ""

    def edits(self, address: str) -> list[Edit]:
        """Return the edits that add a shadow at an address, host:port."""
        host, _, port = address.rpartition(":")
        parts = {"{second}": address, "{second_host}": host, "{second_port}": port}
        return [Edit(old, _filled(new, parts)) for old, new in self.changes]


def _filled(text: str, parts: Mapping[str, str]) -> str:
    for name, value in parts.items():
        text = text.replace(name, value)
    return text


def _of_nginx() -> Sequence[tuple[str, str]]:
    """Repeat the location that sends copies, for the second shadow."""
    text = (DOCKER / "nginx" / "nginx.conf").read_text()
    start = text.index("        location = /_copy {")
    block = text[start : text.index("        }\n", start) + len("        }\n")]
    again = block.replace("/_copy", "/_copy_second").replace("${SHADOW}", "{second}")
    mirrored = "OPTIONS|PURGE)$) { return 405; }\n            mirror /_copy;\n"
    return (block, f"{block}\n{again}"), (
        mirrored,
        f"{mirrored}            mirror /_copy_second;\n",
    )


_AGENT = Addition(
    "tool", (("\nshadows:\n", "\nshadows:\n  - name: second\n    address: {second}\n"),)
)
_LUA_RULE = "    http-request set-var(txn.mirror.shadow) bool(true) if v1"
_ENVOY_MARKS = "                                  - {remove: x-envoy-external-address}\n"
_ENVOY_POLICY = (
    "                              - cluster: second\n"
    "                                disable_shadow_host_suffix_append: true\n"
    "                                request_headers_mutations: *marks\n"
)
_ENVOY_CLUSTER = """
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
ADDITIONS: Mapping[str, Addition] = {
    "HAProxy with SPOE": _AGENT,
    "HAProxy with a log ring": _AGENT,
    "HAProxy with Lua": Addition(
        "front",
        (
            ("    setenv    MIRROR_TO      shadow\n", '    setenv MIRROR_TO "shadow second"\n'),
            (_LUA_RULE, f"{_LUA_RULE.replace('shadow', 'second')}\n{_LUA_RULE}"),
            (
                "\nbackend shadow\n",
                '\nbackend second\n    server second "{second}" check\n\nbackend shadow\n',
            ),
        ),
    ),
    "Envoy": Addition(
        "front",
        (
            (_ENVOY_MARKS, _ENVOY_MARKS + _ENVOY_POLICY),
            ("\n  clusters:\n", f"\n  clusters:{_ENVOY_CLUSTER}\n"),
        ),
    ),
    "Nginx": Addition("front", _of_nginx()),
    "Traefik": Addition(
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
        file="routes/routes.yaml",
    ),
}
