"""The containers for use by hand, on the ports of the documentation (make stack-up)."""

import os
import subprocess
import sys

from features.support.errors import StackError
from features.support.gateways import DOCKER
from features.support.stack import ports
from features.support.stack.docker import why_no_engine

_PORTS = {
    "GATEWAY_PORT": ("10004", "gateway", "/api/v1"),
    "STATS_PORT": ("9999", "figures", "/stats"),
}


def main(arguments: list[str]) -> int:
    """Start or remove the stack; what is in the way is told in one line."""
    if arguments not in (["up"], ["down"]):
        print("say up or down", file=sys.stderr)
        return 2
    try:
        _up() if arguments == ["up"] else _compose("down", "--volumes")
    except StackError as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    return 0


def _up() -> None:
    reason = why_no_engine()
    if reason:
        raise StackError(reason)
    if not _compose_output("ps", "--quiet"):
        for variable in _PORTS:
            ports.claim(int(_port(variable)), variable)
    _compose("up", "--detach", "--wait")
    for variable, (_, what, path) in _PORTS.items():
        print(f"{what}: http://localhost:{_port(variable)}{path}")
    print("to remove it: make stack-down")


def _port(variable: str) -> str:
    value = os.environ.get(variable) or _PORTS[variable][0]
    if not value.isdigit():
        raise StackError(f"{variable}={value}: give a port from 1 to 65535")
    return value


def _compose(*arguments: str) -> None:
    if subprocess.run(["docker", "compose", *arguments], cwd=DOCKER, check=False).returncode:
        raise StackError(f"docker compose {arguments[0]} failed, see above")


def _compose_output(*arguments: str) -> str:
    command = ["docker", "compose", *arguments]
    return subprocess.run(command, cwd=DOCKER, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
