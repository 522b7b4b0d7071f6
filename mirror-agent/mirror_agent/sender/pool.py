"""A shadow's pool: a bounded queue, a bounded number of keep-alive connections, a breaker.

A copy either leaves at once, waits in the queue, or is dropped with a reason. It is sent once and
never again: a copy that may have arrived is not repeated.

Memory: copies that wait take at most queue_bytes, copies on their way one copy a connection, and a
connection some 10 KB of its own; a connection ends in bounded time, whatever its peer does.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from time import monotonic

from ..account import (
    CIRCUIT_OPEN,
    CONNECT,
    QUEUE_BYTES,
    QUEUE_FULL,
    SHUTDOWN,
    TIMEOUT,
    Figure,
    Tally,
)
from ..copying import Host
from ..log import Log
from ..settings.model import Shadow
from .breaker import Breaker, State
from .connection import ShadowConnection
from .dial import DialError, Dialler, NoDescriptorError
from .limit import Limit
from .queue import Queue
from .shortage import Shortage

_TICK = 0.1  # seconds between looks at timeouts
_TICKS_A_LOOK = 10  # between looks at what was dropped


class Pool:
    """Everything that is on its way to one shadow from one worker."""

    def __init__(self, shadow: Shadow, tally: Tally) -> None:
        """Send to a shadow, account in a tally; needs a running loop."""
        self.shadow = shadow
        self.tally = tally
        self.host = Host.of(shadow)
        self.closing = False
        self._loop = asyncio.get_running_loop()
        self._log = Log("shadow")
        self._breaker = Breaker(shadow.failures)
        self._queue = Queue(tally, shadow.queue_time)
        self._idle: list[ShadowConnection] = []
        self._all: set[ShadowConnection] = set()
        self._connecting: set[asyncio.Task[None]] = set()
        self._dialler = Dialler(shadow)
        self._limit = Limit(shadow.connections, monotonic())
        self._shortage = Shortage(shadow, tally, self._log, monotonic())
        self._trial: ShadowConnection | None = None
        self._ticks = 0
        self._retry: asyncio.TimerHandle | None = None
        self._ticker = self._loop.call_later(_TICK, self._tick)

    def admits(self) -> bool:
        """Return whether a copy would be taken; if not, one is dropped without being made."""
        if self._idle:
            return True
        reason = self._objection(0)
        if reason is None:
            return True
        self.tally.dropped[reason] += 1
        return False

    def submit(self, copy: bytes) -> None:
        """Send a copy, keep it for a moment, or drop it; never wait."""
        idle = self._idle
        while idle:
            connection = idle.pop()
            if connection.transport is not None:
                connection.send(copy, monotonic())
                return
        reason = self._objection(len(copy))
        if reason is not None:
            self.tally.dropped[reason] += 1
            return
        self._queue.add(copy)
        if len(self._connecting) < len(self._queue):
            self._connect()

    def _objection(self, size: int) -> str | None:
        """Return why a copy of that size, for which no connection is free, cannot wait either."""
        shadow, state = self.shadow, self._breaker.state
        if self.closing:
            return SHUTDOWN
        if state is State.OPEN:
            return CIRCUIT_OPEN
        if state is State.TRIAL and self._on_trial():
            return CIRCUIT_OPEN
        if len(self._queue) >= shadow.queue_items:
            return QUEUE_FULL
        if self._queue.bytes + size > shadow.queue_bytes:
            return QUEUE_BYTES
        return None

    def _on_trial(self) -> bool:
        """Return whether the trial's copy is on its way; what others hold does not matter."""
        trial = self._trial
        return bool(self._queue or self._connecting or (trial is not None and trial.busy))

    # What connections report.

    def made(self, connection: ShadowConnection) -> None:
        """Count a connection from its very beginning."""
        connection.since = monotonic()
        self._all.add(connection)

    def answered(self, status: int, since: float) -> None:
        """Account for a copy whose answer began."""
        tally = self.tally
        tally.sent += 1
        tally.answers[status // 100] += 1
        tally.seconds += monotonic() - since
        if self._breaker.success():
            self._log.info("shadow answers again", shadow=self.shadow.name)

    def failed(self, reason: str, detail: str) -> None:
        """Account for a copy without an answer; too many in a row open the circuit."""
        self.tally.failed[reason] += 1
        if not self._breaker.failure():
            self._log.warning(
                "copy failed",
                limit_by=f"{self.shadow.name} {reason}",
                shadow=self.shadow.name,
                reason=reason,
                detail=detail,
            )
            return
        self._log.error(
            "shadow fails, circuit opened",
            shadow=self.shadow.name,
            reason=reason,
            detail=detail,
            retry_every=self.shadow.retry,
        )
        self._queue.drop(CIRCUIT_OPEN)
        self._plan_attempt()

    def free(self, connection: ShadowConnection) -> None:
        """Give the next copy to a connection, or let it rest."""
        copy = self._queue.next() if self._queue else None
        if copy is not None:
            connection.send(copy, monotonic())
        elif self.closing or len(self._all) > self._limit.now + 1:  # one more for the trial
            connection.end()
        else:
            connection.since = monotonic()
            self._idle.append(connection)

    def gone(self, connection: ShadowConnection) -> None:
        """Forget a connection; make another where copies wait."""
        self._all.discard(connection)
        if connection is self._trial:
            self._trial = None
        with suppress(ValueError):
            self._idle.remove(connection)
        if self._queue:
            self._connect()

    # Connecting.

    def _connect(self) -> None:
        state = self._breaker.state
        if state is State.TRIAL:
            allowed = not self._connecting and self._trial is None
        else:
            allowed = len(self._all) + len(self._connecting) < self._limit.now
        if allowed and state is not State.OPEN:
            self._start(self._open())

    def _start(self, coroutine: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(coroutine)
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _open(self) -> None:
        """Connect on behalf of the oldest copy that waits."""
        problem = await self._try()
        if problem is None:
            return
        if self._queue.next() is not None:
            self.failed(CONNECT, problem)
        task = asyncio.current_task()
        if task is not None:
            self._connecting.discard(task)
        if self._queue:
            self._connect()

    async def _try(self) -> str | None:
        """Connect; returns what went wrong, or None."""
        try:
            connection = await self._dialler.dial(self)
        except NoDescriptorError as error:
            self._limit.lack(monotonic(), len(self._all))
            self._log.warning(
                "no connection to the shadow: the limit of open files is reached",
                limit_by="files",
                shadow=self.shadow.name,
                connections=len(self._all),
            )
            return None if self._all else str(error)
        except DialError as error:
            return str(error)
        if self._breaker.state is State.OPEN:
            self._breaker.attempt()
            self._log.info("shadow can be reached, trying one copy", shadow=self.shadow.name)
        if self._breaker.state is State.TRIAL and self._trial is None:
            self._trial = connection
        self.free(connection)
        return None

    def _plan_attempt(self) -> None:
        if not self.closing:
            self._retry = self._loop.call_later(
                self.shadow.retry, lambda: self._start(self._attempt())
            )

    async def _attempt(self) -> None:
        """See whether the shadow can be reached again; if not, plan the next look."""
        if self._breaker.state is not State.OPEN:
            return  # a copy that was still on its way got its answer
        await self._try()
        if self._breaker.state is State.OPEN:
            self._plan_attempt()

    # Time, and the end.

    def _tick(self) -> None:
        """Give up what takes too long; close what nobody needs."""
        now = monotonic()
        late, stale = now - self.shadow.answer_timeout, now - self.shadow.idle_timeout
        for connection in list(self._all):
            if connection.busy:
                if connection.since < late:
                    connection.fail(TIMEOUT, f"no answer in {self.shadow.answer_timeout:g} s")
            elif connection.since < stale:
                connection.end()
        self._look_at_queue(now)
        self._ticker = self._loop.call_later(_TICK, self._tick)

    def _look_at_queue(self, now: float) -> None:
        """Drop what waited too long, and let the number of connections follow the need."""
        queue = self._queue
        queue.drop_overdue(now)
        limit = self._limit
        if self._breaker.state is State.CLOSED:
            short = bool(queue) and len(self._all) + len(self._connecting) >= limit.now
            limit.look(now, short, self.tally.sent, self.tally.seconds)
            room = limit.now - len(self._all) - len(self._connecting)
            for _ in range(min(room, len(queue) - len(self._connecting))):
                self._connect()
        self._ticks += 1
        if self._ticks % _TICKS_A_LOOK == 0:
            self._shortage.look(now, self.busy(), len(self._all))

    def busy(self) -> int:
        """Return how many copies wait or are being sent."""
        return len(self._queue) + sum(connection.waiting for connection in self._all)

    def figures(self) -> Iterable[Figure]:
        """Return the pool's gauges."""
        name = (self.shadow.name,)
        yield "in_flight", name, self.busy()
        yield "queued", name, len(self._queue)
        yield "queued_bytes", name, self._queue.bytes
        yield "connections", name, len(self._all)
        yield "connections_limit", name, self._limit.now
        yield "connections_wanted", name, self._shortage.wanted
        yield "circuit_open", name, int(self._breaker.state is not State.CLOSED)

    def close(self) -> None:
        """Take no more copies; what waits is still sent."""
        self.closing = True
        if self._retry is not None:
            self._retry.cancel()

    def abandon(self) -> None:
        """Drop what still waits, give up what is being sent, and end."""
        self.closing = True
        self._ticker.cancel()
        self._queue.drop(SHUTDOWN)
        for task in list(self._connecting):
            task.cancel()
        for connection in list(self._all):
            connection.fail(TIMEOUT, "the agent ends")
