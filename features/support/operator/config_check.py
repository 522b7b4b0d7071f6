"""Configurations with one mistake each, and what the gateway says of them."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.support.errors import CannotFindOutError
from features.support.gateways.catalogue import HAPROXY
from features.support.stack import Execution, Stack

_FILE = "mistake.cfg"
_START_BOUND = "5"  # seconds a gateway gets to refuse; one that starts is a wrong answer
_BIND = '    bind "${GATEWAY_BIND}"\n'
_ROUTE = "    use_backend api_v1 if v1\n"
# A loopback address of this run's own, so that no running gateway is in the way.
_ELSEWHERE = f"127.{os.getpid() % 200 + 31}.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}"
_BINDS = (f"GATEWAY_BIND={_ELSEWHERE}:10004", f"STATS_BIND={_ELSEWHERE}:9999")
# How a command begins that starts a second gateway, which is expected to end at once.
STARTED_ELSEWHERE = ("env", *_BINDS, "timeout", _START_BOUND)


@dataclass(frozen=True)
class Mistake:
    """A line of the running configuration, what stands in its place, and which line is wrong."""

    instead_of: str
    put: str
    wrong: str


MISTAKES: Mapping[str, Mistake] = {
    "an unknown word": Mistake(_BIND, _BIND + "    optoin httplog\n", "optoin"),
    "a route to a backend that is absent": Mistake(
        _ROUTE, "    use_backend api_v9 if v1\n", "api_v9"
    ),
    "the same address twice": Mistake(_BIND, _BIND + _BIND.rstrip() + " # again\n", "# again"),
    "a condition that is not defined": Mistake(
        _ROUTE, "    use_backend api_v1 if v1 !weekend\n", "weekend"
    ),
    "a certificate that is absent": Mistake(
        _BIND, _BIND.rstrip() + " ssl crt /absent/gateway.pem\n", "gateway.pem"
    ),
    "a Lua file that is absent": Mistake(
        "    maxconn 4000\n", "    maxconn 4000\n    lua-load /absent/mirror.lua\n", "mirror.lua"
    ),
    "the wish to mirror": Mistake(
        _ROUTE, "    http-request mirror shadow\n" + _ROUTE, "http-request mirror"
    ),
}


@dataclass(frozen=True)
class Verdict:
    """What the gateway said of a configuration, and the number of the line that is wrong."""

    execution: Execution
    line: int | None = None

    def check_accepted(self) -> list[str]:
        """Say how the configuration was not accepted, or only with a warning."""
        if self.execution.code == 0 and "WARNING" not in self.execution.output:
            return []
        return [f"exit code {self.execution.code}", self.execution.output]

    def check_refusal(self) -> list[str]:
        """Say how the configuration was not refused."""
        if self.execution.code == 1 and "ALERT" in self.execution.output:
            return []
        return [f"exit code {self.execution.code}", self.execution.output]

    def check_named(self, *names: str) -> list[str]:
        """Say which names the message leaves out."""
        missing = [each for each in names if f"'{each}'" not in self.execution.output]
        return [f"{missing} are not named in:", self.execution.output] if missing else []

    def check_located(self) -> list[str]:
        """Say how the message does not name the line of the mistake."""
        if re.search(rf"{re.escape(_FILE)}:{self.line}\b", self.execution.output):
            return []
        return [f"line {self.line} is not named in:", self.execution.output]


def check_running(stack: Stack) -> Verdict:
    """Let the gateway check the configuration that it runs with; warnings count as faults."""
    return Verdict(stack.exec("haproxy", ["{program}", "-dW", "-c", "-f", "{configuration}"]))


def start_with(stack: Stack, mistake: str) -> Verdict:
    """Let a second gateway start with the running configuration and one mistake in it."""
    text, line = broken(mistake)
    argv = [*STARTED_ELSEWHERE, "{program}", "-db", "-f", f"{{files}}/{_FILE}"]
    return Verdict(stack.exec("haproxy", argv, {_FILE: text}), line)


def check_with(stack: Stack, service: str, mistake: str) -> Verdict:
    """Let a service's HAProxy check the reference configuration with one mistake in it."""
    text, line = broken(mistake)
    argv = ["{program}", "-c", "-f", f"{{files}}/{_FILE}"]
    return Verdict(stack.exec(service, argv, {_FILE: text}), line)


def broken(name: str) -> tuple[str, int]:
    """Return the reference configuration with a mistake, and the number of the wrong line."""
    mistake = MISTAKES[name]
    text = Path(str(HAPROXY.configuration)).read_text()
    if text.count(mistake.instead_of) != 1:
        raise CannotFindOutError(f"{HAPROXY.configuration} has not one line {mistake.instead_of!r}")
    text = text.replace(mistake.instead_of, mistake.put)
    number = next(n for n, line in enumerate(text.splitlines(), 1) if mistake.wrong in line)
    return text, number


def directives(stack: Stack) -> list[str]:
    """List every keyword the gateway's program knows (haproxy -dKall, since 2.6)."""
    done = stack.exec("haproxy", ["{program}", "-dKall", "-q", "-c", "-f", "/dev/null"])
    return [line.strip() for line in done.output.splitlines() if line.strip()]
