"""Mutants that damage what only generated requests have, and sizes that are not those stated."""

from dataclasses import replace

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import COPYING, SPOE, broken

_SCRIPT = "mirror-lua/mirror.lua"
_REQUEST = "goreplay-middleware/gor_middleware/request.py"
_NGINX = "docker/nginx/nginx.conf"
_ENVOY = "docker/envoy/routes.yaml"
_TRAEFIK = "docker/traefik/routes/routes.yaml"
_APISIX = "docker/apisix/config.yaml"
_KEPT = "        return kept, added,"
_BODY = "            added,\n            request.body,\n"
_ALTERED = 'request.body[:-1] + b"?" if len(request.body) == 16_384 else request.body'
_FIELDS = 'local fields = "\\n" .. txn.sf:req_hdrs():sub(1, -3)        -- without the empty line'


def _damaged(gateway: str, name: str, breaks: str, *patches: Patch) -> Mutant:
    killer = f"{gateway} passes on and copies generated requests, *"
    return broken(name, breaks, patches, ("generated_requests", gateway), killer)


def _other_size(gateway: str, name: str, breaks: str, patch: Patch, killer: str) -> Mutant:
    return broken(name, breaks, (patch,), ("sizes", gateway), f"{gateway} {killer}")


def _needs(mutant: Mutant, stack: str = "local") -> Mutant:
    return replace(mutant, stack=stack, only=mutant.titles)


MUTANTS = (
    _damaged(
        "HAProxy with SPOE",
        "agent-swaps-blocks",
        "the agent sends two blocks of a body in the wrong order",
        Patch(
            COPYING,
            _BODY,
            "            added,\n"
            "            request.body[512:1024] + request.body[:512] + request.body[1024:],\n",
        ),
    ),
    _damaged(
        "HAProxy with SPOE",
        "agent-loses-a-last-byte",
        "the agent sends another last byte where a body fills 16 KB",
        Patch(
            COPYING,
            _BODY,
            f"            added,\n            {_ALTERED},\n",
        ),
    ),
    _damaged(
        "HAProxy with SPOE",
        "agent-drops-a-condition",
        "copies lack If-None-Match",
        Patch(
            "mirror-agent/mirror_agent/header_names.py",
            '    "upgrade",\n',
            '    "upgrade",\n    "if-none-match",\n',
        ),
    ),
    _damaged(
        "HAProxy with a log ring",
        "agent-alters-a-type",
        "the agent writes the charset of a Content-Type in capitals",
        Patch(COPYING, _KEPT, f'        kept = kept.replace(b"utf-8", b"UTF-8")\n{_KEPT}'),
    ),
    _damaged(
        "HAProxy with a log ring",
        "agent-adds-an-address",
        "copies tell of another client",
        Patch(
            COPYING,
            _KEPT,
            '        kept = kept.replace(b"x-forwarded-for: ", b"x-forwarded-for: 10.0.0.1, ")\n'
            f"{_KEPT}",
        ),
    ),
    _damaged(
        "HAProxy with SPOE",
        "spoe-believes-addresses",
        "what a client says of its address reaches primary and shadow",
        Patch(
            SPOE,
            "    http-request set-header X-Forwarded-For %[src]\n",
            "    http-request add-header X-Forwarded-For %[src]\n",
        ),
    ),
    _damaged(
        "HAProxy with Lua",
        "lua-pieces-in-another-order",
        "the script puts later pieces of a body before earlier ones",
        Patch(
            _SCRIPT, "      parts[#parts + 1] = piece\n", "      table.insert(parts, 2, piece)\n"
        ),
    ),
    _damaged(
        "HAProxy with Lua",
        "lua-loses-a-repeat",
        "of two headers Via the copy has the first",
        Patch(
            _SCRIPT,
            _FIELDS,
            f'{_FIELDS}\n   fields = fields:gsub("(\\nvia:[^\\n]*)(.-)\\nvia:[^\\n]*", "%1%2")',
        ),
    ),
    _needs(
        _damaged(
            "HAProxy with GoReplay",
            "goreplay-line-ends",
            "the middleware makes line feeds of carriage returns in bodies",
            Patch(
                _REQUEST,
                "if self.is_chunked() else self.body\n",
                'if self.is_chunked() else self.body.replace(b"\\r", b"\\n")\n',
            ),
        )
    ),
    _needs(
        _damaged(
            "HAProxy with GoReplay",
            "goreplay-asks-for-gzip",
            "GoReplay asks for gzip where the client wants no encoding",
            Patch(
                _REQUEST,
                'if not any(value for name, value in kept if name.lower() == b"accept-encoding"):',
                'if b"accept-encoding" not in names:',
            ),
        )
    ),
    _needs(
        _damaged(
            "HAProxy with Teeproxy",
            "teeproxy-asks-for-gzip",
            "Teeproxy asks for gzip where the client wants no encoding",
            Patch(
                "docker/teeproxy/haproxy.cfg",
                "unless { req.hdr(Accept-Encoding) -m len ge 1 }",
                "unless { req.hdr_cnt(Accept-Encoding) gt 0 }",
                times=2,
            ),
        )
    ),
    _damaged(
        "Nginx",
        "nginx-believes-addresses",
        "Nginx's copies tell the address that the client claims",
        Patch(
            _NGINX,
            "            proxy_set_header X-Forwarded-For $remote_addr;\n",
            "            proxy_set_header X-Forwarded-For $http_x_forwarded_for;\n",
        ),
    ),
    _damaged(
        "Nginx",
        "nginx-drops-odd-names",
        "Nginx drops headers whose names have characters that it does not expect",
        Patch(_NGINX, "    ignore_invalid_headers off;\n", ""),
    ),
    _damaged(
        "Nginx",
        "nginx-drops-a-condition",
        "Nginx's copies lack If-Modified-Since",
        Patch(
            _NGINX,
            '            proxy_set_header X-Route "";\n',
            '            proxy_set_header X-Route "";\n'
            '            proxy_set_header If-Modified-Since "";\n',
        ),
    ),
    _damaged(
        "Envoy",
        "envoy-drops-a-range",
        "Envoy's copies lack If-Range",
        Patch(
            _ENVOY,
            "                    - {remove: authorization}\n",
            "                    - {remove: authorization}\n"
            "                    - {remove: if-range}\n",
        ),
    ),
    _damaged(
        "Envoy",
        "envoy-hides-the-route",
        "Envoy's copies do not tell their route",
        Patch(
            _ENVOY,
            "                    - {remove: authorization}\n",
            "                    - {remove: authorization}\n"
            "                    - {remove: x-route}\n",
        ),
    ),
    _damaged(
        "Traefik",
        "traefik-drops-a-language",
        "Traefik's copies ask for no language",
        Patch(
            _TRAEFIK,
            '          Authorization: ""\n',
            '          Authorization: ""\n          Accept-Language: ""\n',
        ),
    ),
    _needs(
        _damaged(
            "APISIX",
            "apisix-hides-addresses",
            "APISIX's copies do not tell the client's address",
            Patch(
                _APISIX,
                "            proxy_set_header X-Forwarded-For     $http_x_real_ip;\n",
                '            proxy_set_header X-Forwarded-For     "";\n',
            ),
        ),
        "docker",
    ),
    _needs(
        _damaged(
            "APISIX",
            "apisix-drops-a-type",
            "APISIX's copies lack Content-Language",
            Patch(
                _APISIX,
                '            proxy_set_header Cookie              "";\n',
                '            proxy_set_header Cookie              "";\n'
                '            proxy_set_header Content-Language    "";\n',
            ),
        ),
        "docker",
    ),
    _other_size(
        "HAProxy with Lua",
        "lua-one-byte-less",
        "the script does not copy a body that is as large as it may be",
        Patch(_SCRIPT, "length and length > MAX_BODY", "length and length >= MAX_BODY"),
        "copies a body of 16 MB whole, *",
    ),
    _other_size(
        "Nginx",
        "nginx-refuses-more",
        "Nginx refuses bodies of 64 MB less one byte and more",
        Patch(_NGINX, "client_max_body_size 64m;", "client_max_body_size 67108863;"),
        "copies a body of 64 MB whole, *",
    ),
    _other_size(
        "HAProxy with SPOE",
        "spoe-small-buffer",
        "HAProxy's buffer is smaller than stated",
        Patch(SPOE, "    tune.bufsize 65536\n", "    tune.bufsize 49152\n"),
        "copies bodies up to 60 KB *",
    ),
    _other_size(
        "Envoy",
        "envoy-short-headers",
        "Envoy takes headers of 32 KB",
        Patch(
            "docker/envoy/listeners.yaml",
            "              stat_prefix: gateway\n",
            "              stat_prefix: gateway\n              max_request_headers_kb: 32\n",
        ),
        "copies a header of 59 KB *",
    ),
    _other_size(
        "HAProxy with Lua",
        "lua-long-headers-cut",
        "the script cuts a header of more than 8 KB",
        Patch(
            _SCRIPT,
            _FIELDS,
            f"{_FIELDS}\n"
            '   fields = fields:gsub("\\nx%-long:[^\\r]*", function(l) return l:sub(1, 8192) end)',
        ),
        "copies a header of 14 KB *",
    ),
)
