"""Mutants of HAProxy with GoReplay: its configuration, its start script and its middleware."""

from dataclasses import replace

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import broken

_GATEWAY = "HAProxy with GoReplay"
_CFG = "docker/goreplay/haproxy.cfg"
_SCRIPT = "docker/goreplay/goreplay.sh"
_PACKAGE = "goreplay-middleware/gor_middleware"
_MIDDLEWARE = f"{_PACKAGE}/middleware.py"
_OUTBOX = f"{_PACKAGE}/outbox.py"
_REQUEST = f"{_PACKAGE}/request.py"
_SETTINGS = f"{_PACKAGE}/settings.py"
_ACCOUNT = f"{_PACKAGE}/account.py"


def _goreplay(
    name: str, breaks: str, patch: Patch | tuple[Patch, ...], feature: str, killer: str
) -> Mutant:
    patches = patch if isinstance(patch, tuple) else (patch,)
    mutant = broken(f"goreplay-{name}", breaks, patches, (feature, _GATEWAY), killer)
    return replace(mutant, only=_GATEWAY)


MUTANTS = (
    _goreplay(
        "mirrors-nothing",
        "the start script asks for no copies of route v1",
        Patch(_SCRIPT, "MIRROR_SHARES-v1=100 v2=50", "MIRROR_SHARES-v1=0 v2=50"),
        "delivery",
        f"{_GATEWAY} copies each request on route v1 exactly once",
    ),
    _goreplay(
        "share",
        "the start script asks for a third of route v2",
        Patch(_SCRIPT, "MIRROR_SHARES-v1=100 v2=50", "MIRROR_SHARES-v1=100 v2=33"),
        "sampling",
        f"{_GATEWAY} copies the share of route v2 that the policy asks for",
    ),
    _goreplay(
        "small-buffer",
        "the kernel keeps a tenth of a second of what GoReplay does not fetch",
        Patch(_SCRIPT, "--input-raw-buffer-size 64mb", "--input-raw-buffer-size 2mb"),
        "running",
        f"{_GATEWAY} loses hardly a copy while its tool is frozen under load",
    ),
    _goreplay(
        "v3",
        "the middleware copies routes that have no share",
        Patch(_MIDDLEWARE, "shares.get(route, 0)", "shares.get(route, 100)"),
        "delivery",
        f"{_GATEWAY} copies no request on route v3",
    ),
    _goreplay(
        "twice",
        "the middleware hands GoReplay each copy twice",
        Patch(
            _MIDDLEWARE,
            ' + b"\\n")\n            messages.flush()\n',
            ' + b"\\n")\n'
            '            messages.write(binascii.hexlify(b"1 0%s 0 0\\n%s" % (identity, copy))'
            ' + b"\\n")\n'
            "            messages.flush()\n",
        ),
        "delivery",
        f"{_GATEWAY} copies each request on route v1 exactly once",
    ),
    _goreplay(
        "method",
        "the middleware copies PUT as POST",
        Patch(
            _REQUEST,
            "lines = [self.line, *",
            'lines = [self.line.replace(b"PUT ", b"POST "), *',
        ),
        "copies",
        f"{_GATEWAY} keeps all eight methods",
    ),
    _goreplay(
        "repeated-headers",
        "the middleware keeps one header of a name",
        Patch(
            _REQUEST,
            '*(b"%s: %s" % header for header in kept)]',
            '*(b"%s: %s" % header for header in dict(kept).items())]',
        ),
        "copies",
        f"{_GATEWAY} keeps headers and the host, *",
    ),
    _goreplay(
        "host",
        "copies name the shadow in Host",
        Patch(
            _SCRIPT,
            "--output-http-track-response \\\n        --http-original-host &",
            "--output-http-track-response &",
        ),
        "copies",
        f"{_GATEWAY} keeps headers and the host, *",
    ),
    _goreplay(
        "unmarked",
        "copies have no marker",
        Patch(_REQUEST, "        kept += marks\n", ""),
        "copies",
        f"With {_GATEWAY} the copy has a marker, *",
    ),
    _goreplay(
        "cookies",
        "the shadow gets users' cookies",
        Patch(
            _SCRIPT,
            "MIRROR_REMOVE-Authorization Cookie Proxy-Authorization",
            "MIRROR_REMOVE-Authorization Proxy-Authorization",
        ),
        "copies",
        f"With {_GATEWAY} credentials reach the primary and not the shadow",
    ),
    _goreplay(
        "zeros-in-bodies",
        "the middleware ends bodies at a byte 0",
        Patch(
            _REQUEST,
            "if self.is_chunked() else self.body\n",
            'if self.is_chunked() else self.body.split(b"\\0")[0].ljust(len(self.body), b" ")\n',
        ),
        "copies",
        f"{_GATEWAY} copies bodies up to 16 KB byte for byte",
    ),
    _goreplay(
        "half-bodies",
        "the middleware lets what was not captured be filled with spaces",
        Patch(
            _REQUEST,
            "        return length is not None and int(length[1]) == len(self.body)\n",
            "        if length is not None and self.body:\n"
            "            self.body = self.body[: int(length[1]) // 2].ljust(int(length[1]))\n"
            "        return length is not None\n",
        ),
        "copies",
        f"{_GATEWAY} copies bodies of 1 MB and 10 MB whole, or not at all",
    ),
    _goreplay(
        "received-twice",
        "the middleware counts each captured request twice",
        Patch(_ACCOUNT, "            self._received += 1\n", "            self._received += 2\n"),
        "running",
        f"{_GATEWAY} counts each request, *",
    ),
    _goreplay(
        "loop",
        "the middleware copies copies again",
        Patch(_MIDDLEWARE, "if request.value(NO_COPY) or", "if"),
        "security",
        f"{_GATEWAY} does not copy a copy again",
    ),
    _goreplay(
        "any-marker",
        "HAProxy takes any marker for a copy's, so that clients escape the mirroring",
        Patch(
            _CFG,
            'acl copy req.fhdr(X-Mirrored-By) -m str -- "${MIRROR_MARKER-unset}"',
            "acl copy req.fhdr(X-Mirrored-By) -m found",
        ),
        "security",
        f"With {_GATEWAY} a client's own marker is replaced, *",
    ),
    _goreplay(
        "claimed-route",
        "HAProxy lets a client's X-Route stand, so that it has any request copied",
        (
            Patch(_CFG, "    http-request del-header X-Route\n", ""),
            Patch(
                _CFG,
                "    http-request set-header X-Route v3\n",
                "    http-request set-header X-Route v3 unless { req.hdr(X-Route) -m found }\n",
            ),
        ),
        "security",
        f"With {_GATEWAY} a client can choose neither what is mirrored *",
    ),
    _goreplay(
        "failures-not-counted",
        "the middleware forgets the copies that failed",
        Patch(
            _ACCOUNT,
            "            self._failed[NO_ANSWER] += 1\n",
            "            self._failed[NO_ANSWER] += 0\n",
        ),
        "running",
        f"{_GATEWAY} counts each request, *",
    ),
    _goreplay(
        "one-at-a-time",
        "the middleware never hears that a copy was answered",
        Patch(
            _MIDDLEWARE,
            "            self.outbox.answered(message.identity, message.payload[9:12])\n",
            "            return\n",
        ),
        "running",
        f"{_GATEWAY} counts each request, *",
    ),
    _goreplay(
        "any-setting",
        "the middleware takes a share over 100 %",
        Patch(_SETTINGS, "0 <= share <= 100:", "0 <= share <= 1000:"),
        "starting",
        f"{_GATEWAY} refuses a share of 200 %, *",
    ),
)
