"""When a gateway counts as ready: clients are served through it, three times in a row.

Who serves them is not asked: a gateway that takes the wrong service is ready, and wrong.
"""

from typing import Protocol

from features.support.errors import StackError
from features.support.gateways import Gateway
from features.support.traffic import Address, ClientError, request, send
from features.support.waiting import watch

_WITHIN = 15.0
_IN_A_ROW = 3
_LOG_TAIL = 15  # lines


class Reachable(Protocol):
    """As much of a stack as readiness needs."""

    def address(self, service: str, port: str) -> Address: ...  # noqa: D102

    def logs(self, service: str, *, whole: bool = False) -> str: ...  # noqa: D102


def await_route(stack: Reachable, gateway: Gateway) -> None:
    """Wait until the gateway passes requests on; raises StackError with the tail of its log."""
    entry = stack.address(gateway.front, gateway.entry)
    streak = 0

    def probe() -> str:
        nonlocal streak
        seen = _try_once(entry)
        streak = streak + 1 if seen == "status 200" else 0
        return seen

    outcome = watch(probe, until=lambda _: streak >= _IN_A_ROW, within=_WITHIN)
    if not outcome.met:
        tail = stack.logs(gateway.front, whole=True).splitlines()[-_LOG_TAIL:]
        raise StackError(
            "\n  ".join([f"{gateway.front} serves nobody: {outcome}; its log:", *tail])
        )


def _try_once(entry: Address) -> str:
    try:
        answer = send(entry, request("GET", "/api/v1"))
    except ClientError as reason:
        return str(reason)
    return f"status {answer.status}"
