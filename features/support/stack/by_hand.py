"""The containers for use by hand, on the ports of the documentation (make stack-up)."""

import os
import subprocess
import sys

from features.support.errors import StackError
from features.support.paths import DOCKER
from features.support.stack import ports
from features.support.stack.engine import why_no_engine

_PORTS = {
    "GATEWAY_PORT": ("10004", "gateway", "/api/v1"),
    "STATS_PORT": ("9999", "figures", "/stats"),
    "TLS_PORT": ("10006", "gateway with TLS", "/api/v1"),  # where TLS_FILE names a certificate
    "WATCH_PORT": ("10000", "originals and copies side by side", "/"),
}


def main(arguments: list[str]) -> int:
    """Start or remove the stack; what is in the way is told in one line."""
    if arguments not in (["up"], ["down"]):
        print("say up or down", file=sys.stderr)
        return 2
    try:
        reason = why_no_engine()
        if reason:
            raise StackError(reason)
        _up() if arguments == ["up"] else _compose("down", "--volumes")
    except StackError as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    return 0


def _up() -> None:
    if not _compose_output("ps", "--quiet"):
        for variable in _PORTS:
            ports.claim(_port(variable), variable)
    try:
        _compose("up", "--detach", "--wait")
    except StackError as reason:
        raise StackError(f"{reason}; make stack-down removes what was started") from None
    for variable, (_, what, path) in _PORTS.items():
        tls = variable == "TLS_PORT"
        if not tls or os.environ.get("TLS_FILE"):
            print(f"{what}: {'https' if tls else 'http'}://localhost:{_port(variable)}{path}")
    print("to remove it: make stack-down")


def _port(variable: str) -> int:
    return ports.named(variable, os.environ.get(variable) or _PORTS[variable][0])


def _compose(*arguments: str) -> None:
    if subprocess.run(["docker", "compose", *arguments], cwd=DOCKER, check=False).returncode:
        raise StackError(f"docker compose {arguments[0]} failed, see above")


def _compose_output(*arguments: str) -> str:
    command = ["docker", "compose", *arguments]
    return subprocess.run(command, cwd=DOCKER, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
