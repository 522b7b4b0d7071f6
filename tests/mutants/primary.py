"""Mutants that the primary, its clients, or one of several shadows must notice."""

from dataclasses import replace

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import MIRROR, POOL, SPOE, SPOE_INPUT, broken_itself, broken_spoe

_V1 = "    http-request set-header X-Route v1\n"


def _noticed(name: str, breaks: str, patch: Patch, feature: str, *killers: str) -> Mutant:
    """Break the gateway with SPOE in a way that nothing but the killers notices."""
    return replace(broken_spoe(name, breaks, patch, feature, *killers), bystanders=())


MUTANTS = (
    _noticed(
        "failure-hidden",
        "clients on v1 get 200 when the primary fails",
        Patch(SPOE, _V1, f"{_V1}    http-after-response set-status 200 if {{ status 502 }}\n"),
        "primary",
        "With HAProxy with SPOE clients get an error *",
    ),
    _noticed(
        "broken-answer-hidden",
        "clients on v1 get an answer of the gateway's own in place of 1 MB",
        Patch(
            SPOE,
            _V1,
            f"{_V1}    http-response return status 200 if {{ res.hdr(Content-Length) 1048576 }}\n",
        ),
        "primary",
        "With HAProxy with SPOE an answer that the primary breaks off *",
    ),
    _noticed(
        "whole-upload-first",
        "HAProxy gathers bodies of up to 2 MB before it passes them on",
        Patch(SPOE, "    tune.bufsize 65536\n", "    tune.bufsize 2097152\n"),
        "primary",
        "With HAProxy with SPOE a large upload *",
    ),
    _noticed(
        "connection-per-request",
        "HAProxy connects to the primary for each request on v1",
        Patch(SPOE, _V1, f"    option http-server-close\n{_V1}"),
        "primary",
        "HAProxy with SPOE passes 200 requests *",
    ),
    _noticed(
        "connection-per-copy",
        "the agent uses no connection twice",
        Patch(
            POOL,
            "            connection.since = monotonic()\n"
            "            self._idle.append(connection)\n",
            "            connection.end()\n",
        ),
        "shadows",
        "HAProxy with SPOE sends 400 copies *",
    ),
    _noticed(
        "one-shadow-forgotten",
        "the agent sends copies to its first shadow only",
        Patch(
            MIRROR,
            "        for pool in willing:\n            copy",
            "        for pool in willing[:1]:\n            copy",
        ),
        "shadows",
        "With HAProxy with SPOE each of two shadows *",
        "With HAProxy with SPOE a second shadow that is dead *",
    ),
    _noticed(
        "dead-shadow-hurts",
        "while the agent leaves one shadow alone, the others get no copies",
        Patch(
            MIRROR,
            "        if not willing:\n            return\n",
            "        if len(willing) < len(lane.pools):\n            return\n",
        ),
        "shadows",
        "With HAProxy with SPOE a second shadow that is dead *",
    ),
    _noticed(
        "request-repeated",
        "HAProxy sends a request again whose connection the primary resets",
        Patch(
            SPOE,
            "    timeout queue        5s\n",
            "    timeout queue        5s\n    retry-on empty-response\n",
        ),
        "retries",
        "With HAProxy with SPOE a primary that resets every second connection *",
    ),
    _noticed(
        "entity-tag-lost",
        "answers on v1 lose their entity tag",
        Patch(SPOE, _V1, f"{_V1}    http-response del-header ETag\n"),
        "answers",
        "HAProxy with SPOE passes on answers whole, *",
    ),
    _noticed(
        "redirect-rewritten",
        "answers on v1 lead to another host",
        Patch(
            SPOE,
            _V1,
            f"{_V1}    http-response replace-value Location ^/(.*) http://shop.example/\\1\n",
        ),
        "answers",
        "HAProxy with SPOE passes on answers whole, *",
    ),
    replace(
        broken_itself(
            "Nginx",
            "type-added",
            "Nginx says of copies that their bodies are bytes",
            Patch(
                "docker/nginx/nginx.conf",
                '            proxy_set_header X-Mirrored-By "${MIRROR_MARKER}";\n',
                '            proxy_set_header X-Mirrored-By "${MIRROR_MARKER}";\n'
                "            proxy_set_header Content-Type application/octet-stream;\n",
            ),
            "additions",
            "{} adds no header but the marker to copies",
        ),
        bystanders=(),
    ),
    _noticed(
        "acknowledged-after-30-ms",
        "the agent acknowledges requests 30 ms late",
        Patch(
            SPOE_INPUT,
            "        if acks and self.transport is not None:\n"
            '            self.transport.write(b"".join(acks))\n',
            "        if acks and self.transport is not None:\n"
            "            later = asyncio.get_running_loop().call_later\n"
            '            later(0.03, self.transport.write, b"".join(acks))\n',
        ),
        "isolation",
        "With HAProxy with SPOE a shadow that * costs clients no time",
    ),
)
