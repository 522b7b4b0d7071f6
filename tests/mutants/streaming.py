"""Mutants that hold back answers, or do not serve every way of sending."""

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.way import SPOE, broken_itself, broken_spoe

_NGINX = "docker/nginx/nginx.conf"
_LISTENERS = "docker/envoy/listeners.yaml"
_ROUTING = "    # A route is its prefix itself"
_V1 = "    http-request set-header X-Route v1\n"


def _v1_rule(name: str, breaks: str, rule: str, feature: str, killer: str) -> Mutant:
    """Add a rule to route v1 of the gateway with SPOE."""
    patch = Patch(SPOE, _V1, f"{_V1}    {rule}\n")
    return broken_spoe(name, breaks, patch, feature, killer)


MUTANTS = (
    _v1_rule(
        "events-gathered",
        "HAProxy gathers events on v1 until the last one has come",
        "http-response wait-for-body time 10s if { res.hdr(Content-Type) text/event-stream }",
        "streaming",
        "Through HAProxy with SPOE each event *",
    ),
    broken_spoe(
        "expectation-refused",
        "clients that wait to be told to continue get 417",
        Patch(
            SPOE,
            _ROUTING,
            f"    http-request return status 417 if {{ req.hdr(Expect) -m found }}\n{_ROUTING}",
        ),
        "streaming",
        "HAProxy with SPOE tells a client to continue *",
    ),
    broken_spoe(
        "closes-after-each",
        "HAProxy closes a client's connection after each answer",
        Patch(SPOE, _ROUTING, f"    option httpclose\n{_ROUTING}"),
        "streaming",
        "HAProxy with SPOE answers requests in turn *",
    ),
    _v1_rule(
        "old-version-refused",
        "clients of HTTP/1.0 get 505 on v1",
        "http-request return status 505 if HTTP_1.0",
        "streaming",
        "HAProxy with SPOE serves clients of HTTP/1.0, *",
    ),
    _v1_rule(
        "upgrade-removed",
        "HAProxy removes on v1 what asks for a WebSocket session",
        "http-request del-header Upgrade",
        "websocket",
        "HAProxy with SPOE lets WebSocket sessions pass *",
    ),
    broken_itself(
        "Nginx",
        "answers-in-memory",
        "Nginx keeps up to 128 MB of an answer in memory for a client that reads late",
        Patch(
            _NGINX,
            "    proxy_http_version 1.1;\n    proxy_connect",
            "    proxy_buffers 2048 64k;\n    proxy_max_temp_file_size 0;\n"
            "    proxy_http_version 1.1;\n    proxy_connect",
        ),
        "streaming",
        "{} passes on an answer of 100 MB *",
    ),
    broken_itself(
        "Nginx",
        "hints-on-v1",
        "Nginx passes on early hints on v1 alone",
        Patch(_NGINX, "location = /_v1 {\n", "location = /_v1 {\n            early_hints 1;\n"),
        "streaming",
        "{} treats early hints of the primary alike, *",
    ),
    broken_itself(
        "Nginx",
        "session-copied",
        "Nginx opens a WebSocket session with the shadow, too",
        Patch(
            _NGINX,
            '            proxy_set_header Upgrade "";\n'
            '            proxy_set_header Connection "";\n',
            "            proxy_set_header Upgrade $upgrade;\n"
            "            proxy_set_header Connection $keeps_upgrade;\n",
        ),
        "websocket",
        "With {} the shadow takes no part *",
    ),
    broken_itself(
        "Nginx",
        "session-refused",
        "Nginx does not pass on what asks for a WebSocket session",
        Patch(
            _NGINX,
            "    proxy_set_header Connection $keeps_upgrade;\n",
            '    proxy_set_header Connection "";\n',
        ),
        "websocket",
        "{} lets WebSocket sessions pass *",
    ),
    broken_itself(
        "Envoy",
        "old-version",
        "Envoy serves no client of HTTP/1.0",
        Patch(_LISTENERS, "{accept_http_10: true}", "{accept_http_10: false}"),
        "streaming",
        "{} serves clients of HTTP/1.0, *",
    ),
    broken_itself(
        "Envoy",
        "session-refused",
        "Envoy refuses WebSocket sessions",
        Patch(_LISTENERS, "[{upgrade_type: websocket}]", "[]"),
        "websocket",
        "{} lets WebSocket sessions pass *",
    ),
)
