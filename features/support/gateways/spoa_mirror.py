"""HAProxy with SPOE and haproxytech's agent in C instead of ours; only what it costs is measured.

It is no gateway of the catalogue: it cannot mark copies, nor take credentials out of them.
"""

import os
from collections.abc import Mapping
from dataclasses import replace

from features.support.gateways import haproxy_spoe
from features.support.gateways.model import Gateway
from features.support.stack.service import Port, Service

VARIABLE = "SPOA_MIRROR"  # names the binary
_TOOL = "spoa-mirror"
_START = 'exec "$SPOA_MIRROR" -r 0 -a 127.0.0.1 -p "${SPOE_BIND##*:}" -u "http://$SHADOW"'
_CHECK = '[ -x "$SPOA_MIRROR" ] || { echo "SPOA_MIRROR=$SPOA_MIRROR: no such program"; exit 1; }'
# It knows another name of the message and of its arguments, and wants HAProxy's binary headers.
_ARGUMENTS = (
    "args arg_method=method arg_path=pathq arg_ver=req.ver arg_hdrs=req.hdrs_bin arg_body=req.body"
)
_EDITS = f"s/args .*/{_ARGUMENTS}/; s/message\\(s*\\) request/message\\1 mirror/"
_WITH_ITS_ARGUMENTS = f'sed -i "{_EDITS}" "$1/mirror.spoe"; shift; exec "$@"'


def named(environment: Mapping[str, str] = os.environ) -> list[Gateway]:
    """Return the gateway where a variable names the agent's binary, else nothing."""
    binary = environment.get(VARIABLE)
    return [_gateway(binary)] if binary else []


def _gateway(binary: str) -> Gateway:
    original = haproxy_spoe.GATEWAY
    front = original.front_service
    tool = Service(
        name=_TOOL,
        title=_TOOL,
        container="",
        command=("sh", "-c", _START),
        ports={"spoe": Port("SPOE_BIND", inside=12345)},
        environment={"SHADOW": "{shadow.service}", VARIABLE: binary},
        version=(binary, "--version"),
        check=("sh", "-c", _CHECK),
    )
    changed = replace(
        front,
        command=("sh", "-c", _WITH_ITS_ARGUMENTS, "sh", "{configurations}", *front.command),
        environment={**front.environment, "AGENT": f"{{{_TOOL}.spoe}}"},
    )
    return replace(
        original, name=f"{original.name} in C", services=(tool, changed), tool=_TOOL, account=None
    )
