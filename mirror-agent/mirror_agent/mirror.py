"""From a request to its copies: the policy, the copies, and the account of what became of each."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from . import account as reasons
from .account import Account, Tally
from .copying import Copier, NotCopied
from .log import Log
from .request import Request
from .sender.pool import Pool
from .settings.model import Route, Settings, Shadow

_CUT_HINT = (
    "HAProxy's buffer did not hold the whole body: raise tune.bufsize (and max-frame-size, "
    "if it is set, to tune.bufsize - 4) in the HAProxy configuration"
)
_LOOK = 0.02  # seconds between looks at what is still on its way


@dataclass
class _Lane:
    """A route, ready for use."""

    exact: bytes
    below: tuple[bytes, ...]  # what a target of the route begins with, unless it is exact
    share: float
    methods: frozenset[bytes] | None
    pools: list[Pool] = field(default_factory=list)
    others: list[Tally] = field(default_factory=list)  # shadows that this route does not name


class Mirror:
    """Where requests of all inputs go, in one worker."""

    def __init__(self, settings: Settings, account: Account) -> None:
        """Build pools and routes; needs a running loop."""
        self.account = account
        self.pools: dict[str, Pool] = {}
        self._leaving: list[Pool] = []
        self._log = Log("mirror")
        self._random = random.random
        account.gauges.append(self._gauges)
        self.apply(settings)

    def apply(self, settings: Settings) -> None:
        """Take new settings; pools of shadows that stay as they are keep their copies."""
        pools = {shadow.name: self._pool(shadow) for shadow in settings.shadows}
        for name, pool in self.pools.items():
            if pools.get(name) is not pool:
                pool.close()
                self._leaving.append(pool)
        self.pools = pools
        copies = settings.copies
        self._copier = Copier(
            self.account,
            copies.marker,
            copies.marker_value,
            copies.remove_headers,
            send_cut=copies.cut_bodies == "mark",
            gateway_headers=copies.gateway_headers,
        )
        if copies.marker_value is None:
            self._log.warning(
                "copies.marker_value is not set: only this agent knows its copies, until it ends; "
                "set a secret that HAProxy and the agent share"
            )
        self._tallies = [pool.tally for pool in pools.values()]
        longest_first = sorted(settings.routes, key=lambda route: -len(route.prefix))
        self._lanes = [self._lane(route) for route in longest_first]

    def receive(self, source: str, request: Request) -> None:
        """Mirror a request, or drop it with a reason; never raises, never waits."""
        self._count(source)
        try:
            self._mirror(request)
        except Exception as error:  # an error with one request must not end others' connection
            self._give_up(request, error)

    def _mirror(self, request: Request) -> None:
        lane = self._find(request.target)
        if lane is None:
            self._drop(reasons.NO_ROUTE)
        elif lane.methods is not None and request.method not in lane.methods:
            self._drop(reasons.METHOD)
        elif lane.share < 100 and self._random() * 100 >= lane.share:
            self._drop(reasons.NOT_SAMPLED)
        else:
            self._send(lane, request)

    def malformed(self, source: str, detail: str) -> None:
        """Account for a message that holds no request."""
        self._count(source)
        self._drop(reasons.MALFORMED)
        self._log.warning("malformed request", limit_by="malformed", input=source, detail=detail)

    def in_flight(self) -> int:
        """Return how many copies wait or are being sent."""
        return sum(pool.busy() for pool in self._every_pool())

    async def drain(self, within: float) -> None:
        """Send what waits, for `within` seconds at most; drop the rest."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        for pool in self._every_pool():
            pool.close()
        while self.in_flight() and loop.time() < deadline:  # noqa: ASYNC110 - any pool can be last
            await asyncio.sleep(_LOOK)
        for pool in self._every_pool():
            pool.abandon()

    def _send(self, lane: _Lane, request: Request) -> None:
        for tally in lane.others:
            tally.dropped[reasons.OTHER_SHADOW] += 1
        willing = [pool for pool in lane.pools if pool.admits()]
        if not willing:
            return
        copier = self._copier
        try:
            draft = copier.draft(request)
        except NotCopied as outcome:
            for pool in willing:
                pool.tally.dropped[outcome.reason] += 1
            self._tell(outcome, request)
            return
        for pool in willing:
            copy = copier.copy(request, draft, pool.host)
            pool.submit(copy)

    def _give_up(self, request: Request, error: Exception) -> None:
        """Account as malformed for what an error kept from having its place."""
        self.account.errors += 1
        on_way: Counter[int] = Counter()
        for pool in self._every_pool():
            on_way[id(pool.tally)] += pool.busy()
        for tally in self._tallies:
            tally.dropped[reasons.MALFORMED] += max(
                0, tally.received - tally.settled() - on_way[id(tally)]
            )
        self._log.warning(
            "request not mirrored because of an error of the agent",
            limit_by="error",
            target=request.target[:200].decode("latin-1"),
            error=repr(error)[:500],
        )

    def _tell(self, outcome: NotCopied, request: Request) -> None:
        target = request.target[:200].decode("latin-1")
        if outcome.reason == reasons.CUT:
            self._log.warning(
                "body cut, copy not sent",
                limit_by="cut",
                target=target,
                body=outcome.detail,
                hint=_CUT_HINT,
            )
        else:
            self._log.warning(
                "copy not sent",
                limit_by=outcome.reason,
                reason=outcome.reason,
                target=target,
                detail=outcome.detail,
            )

    def _count(self, source: str) -> None:
        self.account.requests[source] += 1
        for tally in self._tallies:
            tally.received += 1

    def _drop(self, reason: str) -> None:
        for tally in self._tallies:
            tally.dropped[reason] += 1

    def _find(self, target: bytes) -> _Lane | None:
        for lane in self._lanes:
            if target.startswith(lane.below) or target == lane.exact:
                return lane
        return None

    def _pool(self, shadow: Shadow) -> Pool:
        known = self.pools.get(shadow.name)
        if known is not None and known.shadow == shadow:
            return known
        return Pool(shadow, self.account.shadow(shadow.name))

    def _lane(self, route: Route) -> _Lane:
        prefix = route.prefix.encode()
        methods = route.methods
        lane = _Lane(
            exact=prefix,
            # "/" is everything, "*" of OPTIONS included.
            below=(b"",) if prefix == b"/" else (prefix + b"/", prefix + b"?"),
            share=route.share,
            methods=None if methods is None else frozenset(name.encode() for name in methods),
        )
        for name, pool in self.pools.items():
            if route.shadows is None or name in route.shadows:
                lane.pools.append(pool)
            else:
                lane.others.append(pool.tally)
        return lane

    def _every_pool(self) -> list[Pool]:
        finished = [pool for pool in self._leaving if not pool.busy()]
        for pool in finished:
            pool.abandon()
            self._leaving.remove(pool)
        return [*self.pools.values(), *self._leaving]

    def _gauges(self) -> list[reasons.Figure]:
        return [figure for pool in self._every_pool() for figure in pool.figures()]
