"""Mutants whose copies are wrong, too many, or sent to whom they should not."""

from tests.mutants.mutant import Patch
from tests.mutants.way import (
    COPYING,
    LUA,
    MESSAGE,
    MIRROR,
    SPOE,
    YAML,
    broken,
    broken_spoe,
)

_V3 = "    http-request set-header X-Route v3\n"
_LUA_V3 = Patch(LUA, _V3, f"    filter lua.mirror\n{_V3}")
_SELECTED = "http-request set-var(txn.mirror.shadow) bool(true) if v1 ||"
_HEALTHY = "    http-request return status 200 content-type text/plain"
_SUBMIT = "            pool.submit(copy)\n"


MUTANTS = (
    broken_spoe(
        "sent-twice",
        "the agent sends each copy twice",
        Patch(MIRROR, _SUBMIT, _SUBMIT * 2),
        "delivery",
        "HAProxy with SPOE copies each request on route v1 exactly once",
    ),
    broken_spoe(
        "refused-is-mirrored",
        "what the gateway refuses is handed to the agent as well",
        Patch(
            SPOE,
            _HEALTHY,
            f"    http-request send-spoe-group mirror request if agent_up\n{_HEALTHY}",
        ),
        "delivery",
        "HAProxy with SPOE copies no request that it refuses itself",
    ),
    broken_spoe(
        "shadow-answers",
        "every other client gets the shadow's answer",
        Patch(
            SPOE,
            "    use_backend api_v1 if v1\n",
            "    use_backend shadow if v1 { rand(2) eq 0 }\n    use_backend api_v1 if v1\n",
        ),
        "delivery",
        "With HAProxy with SPOE the client sees nothing of the shadow's answer",
    ),
    broken_spoe(
        "query-not-told",
        "the agent is not told the query",
        Patch(MESSAGE, "target=pathq", "target=path"),
        "copies",
        "HAProxy with SPOE keeps unusual targets *",
    ),
    broken_spoe(
        "method-forgotten",
        "every copy is a POST",
        Patch(
            COPYING,
            "            request.method,\n            request.target,\n            kept,",
            '            b"POST",\n            request.target,\n            kept,',
        ),
        "copies",
        "HAProxy with SPOE keeps all eight methods",
    ),
    broken_spoe(
        "headers-sorted",
        "the headers of copies are sorted",
        Patch(
            COPYING,
            "        return kept, added,",
            '        kept = b"".join(sorted(kept.splitlines(keepends=True)))\n'
            "        return kept, added,",
        ),
        "copies",
        "HAProxy with SPOE keeps headers, *",
    ),
    broken_spoe(
        "hop-by-hop-named",
        "a header is lost on its way to the shadow",
        Patch(
            "mirror-agent/mirror_agent/header_names.py",
            '    "upgrade",\n',
            '    "upgrade",\n    "x-tag",\n',
        ),
        "copies",
        "HAProxy with SPOE keeps headers, *",
    ),
    broken_spoe(
        "marker-on-the-primary",
        "the primary's request bears the marker, too",
        Patch(
            SPOE,
            "    http-request set-header X-Route v1\n",
            "    http-request set-header X-Route v1\n"
            '    http-request set-header X-Mirrored-By "${MIRROR_MARKER-unset}"\n',
        ),
        "copies",
        "With HAProxy with SPOE the copy has a marker, *",
        "With HAProxy with SPOE the primary gets the same request, *",
    ),
    broken_spoe(
        "credentials-kept",
        "copies carry the credentials of users",
        Patch(YAML, "[Authorization, Cookie, Proxy-Authorization]", "[Proxy-Authorization]"),
        "copies",
        "With HAProxy with SPOE credentials reach the primary and not the shadow",
    ),
    broken_spoe(
        "body-not-told",
        "the agent is not told the body",
        Patch(MESSAGE, " body=req.body ", " "),
        "copies",
        "HAProxy with SPOE copies bodies up to 16 KB byte for byte",
    ),
    broken(
        "small-bodies-only",
        "bodies of more than 8 KB are not copied",
        (
            Patch(
                LUA,
                "    setenv    MIRROR_TO      shadow\n",
                "    setenv    MIRROR_TO      shadow\n    presetenv MIRROR_MAX_BODY 8k\n",
            ),
        ),
        ("copies", "HAProxy with Lua"),
        "HAProxy with Lua copies bodies of 1 MB and 10 MB byte for byte",
        "HAProxy with Lua copies a body that comes in chunks *",
    ),
    broken(
        "large-uploads-not-copied",
        "an upload that the shadow reads slowly is not copied at all",
        (
            Patch(
                LUA,
                "    setenv    MIRROR_TO      shadow\n",
                "    setenv    MIRROR_TO      shadow\n    presetenv MIRROR_MAX_BODY 8k\n",
            ),
        ),
        ("isolation", "With HAProxy with Lua a shadow that reads slowly"),
        "With HAProxy with Lua a shadow that reads slowly *",
    ),
    broken(
        "v3-mirrored",
        "route v3 is mirrored",
        (_LUA_V3, Patch(LUA, _SELECTED, f"{_SELECTED} v3 ||")),
        ("delivery", "HAProxy with Lua"),
        "HAProxy with Lua copies no request on route v3",
    ),
    broken(
        "client-chooses",
        "a client's header decides what is mirrored",
        (_LUA_V3, Patch(LUA, _SELECTED, f"{_SELECTED} {{ req.hdr(X-Mirror) yes }} ||")),
        ("security", "HAProxy with Lua"),
        "With HAProxy with Lua a client can choose neither *",
    ),
    broken_spoe(
        "forged-marker-believed",
        "a client keeps its requests from being copied with a marker of its own",
        Patch(
            SPOE,
            '    acl copy req.fhdr(X-Mirrored-By) -m str -- "${MIRROR_MARKER-unset}"\n',
            "    acl copy req.fhdr(X-Mirrored-By) -m found\n",
        ),
        "security",
        "With HAProxy with SPOE a client's own marker is replaced, *",
    ),
    broken(
        "looping",
        "copies are copied",
        (
            Patch(
                "mirror-lua/mirror.lua",
                'local reason = is_ours(fields) and "loop"',
                'local reason = false and "loop"',
            ),
        ),
        ("security", "HAProxy with Lua"),
        "HAProxy with Lua does not copy a copy again",
    ),
    broken(
        "loop-through-another",
        "the agent does not look for its own name in what it is to copy",
        (Patch(COPYING, "and self._passed.search(headers)", "and False"),),
        ("security", "HAProxy with SPOE"),
        "HAProxy with SPOE does not copy a copy again that another *",
    ),
)
