"""Mutants of a route that is mirrored in part: what is copied of it, and by what chance."""

from dataclasses import replace

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.native import _ENVOY
from tests.mutants.way import LUA, SPOE, broken, broken_itself

_FEATURE = "sampled_route"
_DRAWN = "v2 { rand(10000) lt 5000 }"


def _lua(name: str, breaks: str, drawn: str, killer: str) -> Mutant:
    """Let HAProxy with Lua choose otherwise; nothing but the killer notices."""
    plays = (_FEATURE, "HAProxy with Lua")
    mutant = broken(name, breaks, (Patch(LUA, _DRAWN, drawn),), plays, killer)
    return replace(mutant, bystanders=())


MUTANTS = (
    replace(
        broken(
            "v2-without-credentials",
            "requests on v2 that have credentials are not copied",
            (
                Patch(
                    SPOE,
                    "if v1 !copy || v2 !copy\n",
                    "if v1 !copy || v2 !copy !{ req.hdr(Authorization) -m found }\n",
                ),
            ),
            (_FEATURE, "HAProxy with SPOE"),
            "HAProxy with SPOE copies each kind of request on route v2 faithfully",
        ),
        bystanders=(),
    ),
    replace(
        broken_itself(
            "Envoy",
            "v2-loop",
            "Envoy copies copies that come back on route v2",
            Patch(
                _ENVOY,
                "            route: *to_primary\n            request_headers_to_add: &route_v2\n",
                "            route: {cluster: primary,"
                " request_mirror_policies: [{cluster: shadow}]}\n"
                "            request_headers_to_add: &route_v2\n",
            ),
            _FEATURE,
            "{} does not copy a copy on route v2 again",
        ),
        bystanders=(),
    ),
    _lua(
        "posts-are-chosen",
        "of v2 every POST request is copied, and of the others half",
        f"{_DRAWN} || v2 METH_POST",
        "HAProxy with Lua draws by chance *",
    ),
    _lua(
        "id-decides",
        "the id of a request on v2 decides whether it is copied",
        "v2 { req.hdr(X-Request-Id),crc32(1),mod(2) eq 0 }",
        "HAProxy with Lua draws anew *",
    ),
)
