"""Mutants of HAProxy with Teeproxy; they are played where TEEPROXY names its binary."""

from dataclasses import replace

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import broken

_GATEWAY = "HAProxy with Teeproxy"
_CFG = "docker/teeproxy/haproxy.cfg"
_SCRIPT = "docker/teeproxy/teeproxy.sh"
_DOOR = "    http-request add-header X-Mirror-Passed %[var(proc.passed)]\n"


def _teeproxy(
    name: str, breaks: str, patch: Patch | tuple[Patch, ...], feature: str, killer: str
) -> Mutant:
    patches = patch if isinstance(patch, tuple) else (patch,)
    plays = (feature, _GATEWAY)
    mutant = broken(f"teeproxy-{name}", breaks, patches, plays, killer.format(_GATEWAY))
    return replace(mutant, only=_GATEWAY)


def _at_the_door(name: str, breaks: str, rule: str, feature: str, killer: str) -> Mutant:
    """Add a rule to HAProxy's frontend for copies."""
    return _teeproxy(name, breaks, Patch(_CFG, _DOOR, f"{_DOOR}{rule}"), feature, killer)


MUTANTS = (
    _teeproxy(
        "mirrors-nothing",
        "the teeproxy of route v1 is told a share of 0 %",
        Patch("docker/teeproxy/v1.conf", ":-100}", ":-0}"),
        "delivery",
        "{} copies each request on route v1 exactly once",
    ),
    _teeproxy(
        "share",
        "the teeproxy of route v2 is told a third",
        Patch("docker/teeproxy/v2.conf", ":-50}", ":-33}"),
        "sampling",
        "{} copies the share of route v2 that the policy asks for",
    ),
    _teeproxy(
        "settings-unread",
        "the start script reads its settings from nowhere",
        Patch(_SCRIPT, '[ -z "${SETTINGS-}" ] || . "$SETTINGS"\n', ""),
        "sampling",
        "With {} a new share of 20 % takes a restart of the tool",
    ),
    _teeproxy(
        "v3",
        "HAProxy sends route v3 through a teeproxy, too",
        Patch(
            _CFG,
            '    http-request set-header X-Route v3\n    server primary "${PRIMARY}" check\n',
            '    http-request set-header X-Route v3\n    server teeproxy "${TEEPROXY_V1}"\n',
        ),
        "delivery",
        "{} copies no request on route v3",
    ),
    _teeproxy(
        "twice",
        "teeproxy is told its one shadow twice",
        Patch(_SCRIPT, '    "$@" \\\n', '    -b "${COPIES:-127.0.0.1:10003}" "$@" \\\n'),
        "delivery",
        "{} copies each request on route v1 exactly once",
    ),
    _teeproxy(
        "one-shadow",
        "the start script never heard of a second shadow",
        Patch(_SCRIPT, '[ "${SHADOWS:-1}" = 2 ]', '[ "${SHADOWS:-1}" = 3 ]'),
        "shadows",
        "With {} each of two shadows gets a copy of each request",
    ),
    _teeproxy(
        "unmarked",
        "copies have no marker",
        Patch(_CFG, "    http-request set-header X-Mirrored-By   %[var(proc.marker)]\n", ""),
        "copies",
        "With {} the copy has a marker, *",
    ),
    _teeproxy(
        "cookies",
        "the shadow gets users' cookies",
        Patch(_CFG, "    http-request del-header Cookie\n", ""),
        "copies",
        "With {} credentials reach the primary and not the shadow",
    ),
    _at_the_door(
        "method",
        "the door for copies makes POST of PUT",
        "    http-request set-method POST if { method PUT }\n",
        "copies",
        "{} keeps all eight methods",
    ),
    _at_the_door(
        "host",
        "copies name the shadow in Host",
        "    http-request set-header Host shadow\n",
        "copies",
        "{} keeps headers and the host*",
    ),
    _at_the_door(
        "query",
        "copies have another query",
        "    http-request set-query lost\n",
        "copies",
        "{} percent-encodes some characters of a target",
    ),
    _at_the_door(
        "bodies",
        "copies with a body of more than 8 KB are thrown away",
        "    http-request return status 200 if { req.hdr_val(content-length) gt 8192 }\n",
        "copies",
        "{} copies bodies up to 16 KB byte for byte",
    ),
    _teeproxy(
        "loop",
        "a copy that comes back is sent through teeproxy again",
        Patch(_CFG, "    use-server primary if { var(txn.copy) -m bool }\n", "", times=2),
        "security",
        "{} does not copy a copy again",
    ),
    _teeproxy(
        "any-marker",
        "HAProxy takes any marker for a copy's",
        Patch(
            _CFG,
            "req.fhdr(X-Mirrored-By),strcmp(proc.marker) eq 0",
            "req.fhdr(X-Mirrored-By) -m found",
        ),
        "security",
        "With {} a client's own marker is replaced, *",
    ),
    _teeproxy(
        "leak",
        "teeproxy leaves its connections open",
        Patch(
            _SCRIPT,
            '    -b.timeout "${COPY_TIMEOUT:-1000}" \\\n    -close-connections\n',
            '    -b.timeout "${COPY_TIMEOUT:-1000}"\n',
        ),
        "primary",
        "{} opens a connection to the primary for each request, and closes it",
    ),
    _teeproxy(
        "no-way-round",
        "HAProxy's way past teeproxy is closed",
        Patch(_CFG, "check backup\n", "check backup disabled\n", times=2),
        "isolation",
        "With {} a client may be kept waiting for 1 or 2 seconds once the mirroring tool has died",
    ),
    _teeproxy(
        "any-share",
        "the start script takes any number for a share",
        Patch(_SCRIPT, '*) fail "SHARE=', '-*) fail "SHARE='),
        "starting",
        "{} refuses a share of 150 %, *",
    ),
)
