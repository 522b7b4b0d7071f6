"""The answering half of a connection: answers in order, on time or as a fault asks."""

import asyncio
import fcntl
import socket
import struct
import termios
from collections import deque
from collections.abc import Callable
from time import time
from typing import cast

from mirror_recorder.answer import EARLY_HINTS, Answer, Exchange, compose, refusal
from mirror_recorder.faults import NO_FAULTS

MAX_UNANSWERED = 64
LINGER = 5.0


class Answerer:
    """Writes one answer after the other (RFC 9112, 9.3.2).

    `reset` ends the connection with a RST; `hold` is told whether to stop reading, because too
    many answers are owed.
    """

    def __init__(
        self,
        name: str,
        transport: asyncio.Transport,
        reset: Callable[[], None],
        hold: Callable[[bool], None],
    ) -> None:
        self.hung = False
        self._name = name
        self._transport = transport
        self._reset = reset
        self._hold = hold
        self._owed: deque[Exchange | Answer] = deque()
        self._holding = False
        self._over = False
        self._task: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    @property
    def idle(self) -> bool:
        """Whether no answer is owed."""
        return self._task is None and not self._owed

    def answer(self, exchange: Exchange) -> None:
        """Answer a request that arrived whole."""
        self._owed.append(exchange)
        self._go_on()

    def refuse(self, status: int, reason: str) -> None:
        """Say why nothing more is read, and end the connection."""
        self._owed.append(refusal(status, reason))
        self._go_on()

    def blocked(self, full: bool) -> None:
        """The client reads too slowly (full), or caught up."""
        if full:
            self._writable.clear()
        else:
            self._writable.set()
            self._go_on()

    def stop(self) -> None:
        """The connection is gone."""
        self._over = True
        if self._task is not None:
            self._task.cancel()

    def _go_on(self) -> None:
        while self._owed and self._task is None and self._writable.is_set() and not self._over:
            owed = self._owed.popleft()
            if isinstance(owed, Answer):
                self._say_last(owed)
            elif owed.faults is NO_FAULTS:
                answer = compose(self._name, owed)
                self._transport.write(answer.head + b"".join(answer.pieces(answer.size)))
                self._answered(owed, answer)
            else:
                self._task = asyncio.create_task(self._misbehave(owed))
                self._task.add_done_callback(self._misbehaved)
        if self._holding != (len(self._owed) >= MAX_UNANSWERED):
            self._holding = not self._holding
            self._hold(self._holding)

    def _answered(self, exchange: Exchange, answer: Answer) -> None:
        exchange.entry.answered = time()
        if answer.close:
            self._over = True
            self._transport.close()

    def _say_last(self, answer: Answer) -> None:
        self._over = True
        self._transport.write(answer.head + b"".join(answer.pieces(answer.size)))
        # Closing now would reset a client that still sends, before it has read the reason.
        self._transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER, self._transport.abort)

    async def _misbehave(self, exchange: Exchange) -> None:
        faults = exchange.faults
        if faults.hang:
            await self._hang()
        if faults.early_hints is not None and exchange.head.version != b"1.0":
            self._transport.write(EARLY_HINTS)
            await asyncio.sleep(faults.early_hints)
        await asyncio.sleep(faults.delay)
        drop = faults.drop_answer_at
        if drop == 0:
            self._reset()
            return
        answer = compose(self._name, exchange)
        ends = [each for each in (drop, faults.hang_answer_at) if each is not None]
        last = min([*ends, answer.size])
        self._transport.write(answer.head)
        for piece in answer.pieces(last):
            await self._writable.wait()
            self._transport.write(piece)
        await self._send_events(answer.events, faults.answer_pause)
        if last == faults.hang_answer_at:
            await self._hang()
        if last == drop:
            await self._delivered()
            self._reset()
        else:
            self._answered(exchange, answer)

    async def _send_events(self, count: int, pause: float) -> None:
        """Send events that tell when they were sent, each in a chunk of its own."""
        for number in range(count):
            await asyncio.sleep(pause if number else 0)
            await self._writable.wait()
            event = b"id: %d\ndata: %.6f\n\n" % (number, time())
            self._transport.write(b"%X\r\n%b\r\n" % (len(event), event))
        if count:
            self._transport.write(b"0\r\n\r\n")

    async def _hang(self) -> None:
        self.hung = True
        await asyncio.Event().wait()

    async def _delivered(self) -> None:
        """Wait until the peer's kernel has all that was written: a RST discards the rest."""
        sock = cast(socket.socket, self._transport.get_extra_info("socket"))
        # The kernel tells nobody, so ask; a lost connection cancels this.
        while self._transport.get_write_buffer_size() or _unacknowledged(sock):  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    def _misbehaved(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled():
            task.result()
            self._go_on()


def _unacknowledged(sock: socket.socket) -> int:
    (size,) = struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0" * 4))
    return int(size)
