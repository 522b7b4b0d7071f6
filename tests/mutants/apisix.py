"""Mutants of APISIX, which mirrors by itself; they are played where its image can be had."""

from dataclasses import replace

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.native import BODIES, HEADERS, MARKED, ONCE, SHARE, V3
from tests.mutants.way import broken_itself

_CONFIG = "docker/apisix/config.yaml"
_ROUTES = "docker/apisix/apisix.yaml"
_MIRROR = """\
      proxy-mirror:
        host: "http://${{COPIES_BIND:=127.0.0.1:10003}}"
"""


def _apisix(name: str, breaks: str, patch: Patch, feature: str, killer: str) -> Mutant:
    mutant = broken_itself("APISIX", name, breaks, patch, feature, killer)
    return replace(mutant, stack="docker", only="APISIX")


def _named(name: str, breaks: str, patch: Patch, plays: str) -> Mutant:
    """Break APISIX; `plays` is the feature and the killer's title."""
    feature, _, killer = plays.partition(": ")
    return _apisix(name, breaks, patch, feature, killer)


MUTANTS = (
    _apisix(
        "mirrors-nothing",
        "APISIX copies nothing",
        Patch(_CONFIG, "            mirror /copy;\n", ""),
        "delivery",
        ONCE,
    ),
    _apisix(
        "share",
        "APISIX copies a third of route v2",
        Patch(_ROUTES, "sample_ratio: 0.5", "sample_ratio: 0.33"),
        "sampling",
        SHARE,
    ),
    _apisix(
        "v3",
        "APISIX copies route v3",
        Patch(
            _ROUTES,
            "          set: {X-Route: v3}\n          remove: [X-Forwarded-For]\n",
            f"          set: {{X-Route: v3}}\n          remove: [X-Forwarded-For]\n{_MIRROR}",
        ),
        "delivery",
        V3,
    ),
    _apisix(
        "no-bodies",
        "APISIX's copies have no body",
        Patch(
            _CONFIG,
            "            proxy_ignore_client_abort on;\n",
            "            proxy_ignore_client_abort on;\n"
            "            proxy_pass_request_body off;\n"
            '            proxy_set_header Content-Length "";\n',
        ),
        "copies",
        BODIES,
    ),
    _apisix(
        "path",
        "APISIX's copies lose what comes after the route",
        Patch(_CONFIG, "http://$shadow$request_uri;", "http://$shadow/api/v1;"),
        "copies",
        "{} keeps unusual targets byte for byte",
    ),
    _apisix(
        "host",
        "APISIX's copies are for another host",
        Patch(
            _CONFIG,
            "proxy_set_header Host                $http_host;",
            "proxy_set_header Host                $proxy_host;",
        ),
        "copies",
        HEADERS,
    ),
    _apisix(
        "marker",
        "APISIX marks the primary's request as well",
        Patch(_CONFIG, "X-Mirrored-By $true_marker;", 'X-Mirrored-By "me";'),
        "copies",
        MARKED,
    ),
    _apisix(
        "twice",
        "APISIX copies each request twice",
        Patch(_CONFIG, "mirror /copy;\n", "mirror /copy; mirror /copy;\n"),
        "delivery",
        ONCE,
    ),
    _apisix(
        "directly",
        "APISIX sends copies of route v1 to the shadow itself, and so waits for it",
        Patch(
            _ROUTES,
            f"{_MIRROR}\n  - id: v2",
            '      proxy-mirror:\n        host: "http://${{SHADOW}}"\n\n  - id: v2',
        ),
        "isolation",
        "With {} a shadow that answers 2 seconds late costs clients no time",
    ),
    _apisix(
        "cookies",
        "APISIX's shadow gets users' cookies",
        Patch(_CONFIG, '            proxy_set_header Cookie              "";\n', ""),
        "copies",
        "With {} credentials reach the primary and not the shadow",
    ),
    _apisix(
        "loop",
        "APISIX copies copies that come back again",
        Patch(_CONFIG, "if ($true_marker$again) {", 'if ($again = "never") {'),
        "security",
        "{} does not copy a copy again",
    ),
    _apisix(
        "any-marker",
        "APISIX takes any marker for its own",
        Patch(_CONFIG, '"~^\\Q${{MIRROR_MARKER}}\\E$" $http', '"~." $http'),
        "security",
        "With {} a client's own marker is replaced, *",
    ),
    _named(
        "marker-in-any-case",
        "APISIX compares markers without case",
        Patch(_CONFIG, '"~^\\Q${{MIRROR_MARKER}}', '"~*^\\Q${{MIRROR_MARKER}}'),
        "clients_choice: With {} no header keeps a client's request from being copied",
    ),
    _named(
        "any-beginning",
        "APISIX takes all that begins like v3 for v3",
        Patch(_ROUTES, '"^/api/v3(/|[?]|$)"', '"^/api/v3"'),
        "gateways: {} refuses requests that belong to no route",
    ),
    _named(
        "clients-address",
        "APISIX passes on what the client says of its address",
        Patch(
            _ROUTES,
            "          set: {X-Route: v3}\n          remove: [X-Forwarded-For]\n",
            "          set: {X-Route: v3}\n",
        ),
        "gateways: Through {} the primary learns the client's address, *",
    ),
)
