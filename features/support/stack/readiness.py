"""When a gateway counts as ready: clients are served through it, three times in a row.

A gateway that does not mirror is asked on each route, as it may check the primary for each; one
that mirrors only on v1, all of whose requests are copied, so that no account has what was not
sampled.

Who serves them is not asked: a gateway that takes the wrong service is ready, and wrong.
"""

from http import HTTPStatus
from typing import Protocol

from features.support.errors import StackError
from features.support.stack.service import Topology
from features.support.waiting import watch
from features.support.wire.client import Address, ClientError, request, send

_WITHIN = 15.0
_IN_A_ROW = 3
_ROUTES = ("/api/v1", "/api/v2", "/api/v3")
_NOBODY = 500  # and more: what a gateway answers that has no primary
_LOG_TAIL = 15  # lines


class Reachable(Protocol):
    """As much of a stack as readiness needs."""

    def address(self, service: str, port: str) -> Address: ...  # noqa: D102

    def logs(self, service: str, *, whole: bool = False) -> str: ...  # noqa: D102


def await_route(stack: Reachable, gateway: Topology) -> None:
    """Wait until the gateway passes requests on; raises StackError with the tail of its log."""
    entry = stack.address(gateway.front, gateway.entry)
    targets = _ROUTES[:1] if gateway.mirrors else _ROUTES
    streak = 0

    def probe() -> str:
        nonlocal streak
        target = targets[streak % len(targets)]
        seen, served = _try_once(entry, target)
        streak = streak + 1 if served else 0
        return seen

    outcome = watch(probe, until=lambda _: streak >= _IN_A_ROW, within=_WITHIN)
    if not outcome.met:
        tail = stack.logs(gateway.front, whole=True).splitlines()[-_LOG_TAIL:]
        raise StackError(
            "\n  ".join([f"{gateway.front} serves nobody: {outcome}; its log:", *tail])
        )


def _try_once(entry: Address, target: str) -> tuple[str, bool]:
    """Send a request; v1 must be served, of other routes it is enough that the gateway decides."""
    try:
        status = send(entry, request("GET", target)).status
    except ClientError as reason:
        return str(reason), False
    served = status == HTTPStatus.OK or (target != _ROUTES[0] and status < _NOBODY)
    return f"status {status}", served
