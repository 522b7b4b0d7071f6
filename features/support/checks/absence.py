"""Proof that something did not arrive: what was sent later did."""

from features.support.waiting import eventually
from features.support.wire.client import request, send
from features.support.wire.recorder import Recorder

_CHECKS = 2  # one check may already be under way when the sentinel is sent


def await_sentinel(shadow: Recorder) -> str:
    """Return the id of a sentinel after whose sending the gateway reached the shadow, too.

    The sentinel goes to the shadow directly and shows that its journal works. The gateway's next
    health checks take the way that a copy would take, so a copy sent before them has arrived.
    Raises AssertionError when either stays away.
    """
    before = shadow.health_checks()
    sentinel = request("GET", "/sentinel")
    send(shadow.service, sentinel)
    shadow.await_request(str(sentinel.request_id))
    eventually(
        shadow.health_checks,
        until=lambda count: count >= before + _CHECKS,
        within=10,
        what="the gateway's next health checks of the shadow",
    )
    return str(sentinel.request_id)
