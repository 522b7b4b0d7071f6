"""A worker process as the supervisor sees it.

Between the two are three things: a socket pair with a JSON object a line, whose end tells a worker
that the supervisor is gone; one that passes accepted connections to the worker; and a page of
shared memory in which the worker counts requests, so that none is forgotten when it dies.
"""

import array
import asyncio
import json
import mmap
import os
import socket
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from .account import WORKER_LOST, Account, Figure, add_up

LINE_LIMIT = 1024 * 1024
INPUTS = ("spoe", "ring")  # in the order of the shared memory
STALLED_AFTER = 1.0  # seconds of silence; a worker speaks ten times a second
_ANSWER_WITHIN = 1.0  # seconds for a worker to tell its figures
_START_WITHIN = 20.0  # seconds for its first word
_KILL_AFTER = 3.0  # seconds of silence
_GAUGES = {"in_flight", "queued", "queued_bytes", "connections", "circuit_open", "workers"}
_GAUGES |= {"connections_limit", "connections_wanted"}
_GAUGES |= {"input_connections", "held_bytes", "resident_bytes", "open_files"}


class SharedCounts(Counter[str]):
    """Counts by input that another process can read as well; `memory` has a place for each."""

    def __init__(self, memory: "memoryview[int]") -> None:
        super().__init__()
        self._memory = memory

    def __setitem__(self, name: str, count: int) -> None:
        """Set a count, here and in the shared memory."""
        super().__setitem__(name, count)
        self._memory[INPUTS.index(name)] = count


def shared_account(descriptor: int) -> Account:
    """Return an account whose requests can be read through a descriptor of shared memory."""
    memory = _mapped(descriptor)
    return Account(SharedCounts(memory), SharedCounts(memory[len(INPUTS) :]))


def _mapped(descriptor: int) -> "memoryview[int]":
    return memoryview(mmap.mmap(descriptor, mmap.PAGESIZE)).cast("Q")


class Member:
    """One worker: its process, what it said, and when."""

    def __init__(self, index: int) -> None:
        """Number a worker; the first is 0."""
        self.index = index
        self.ready = False
        self.figures: list[Figure] = []
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._hands: socket.socket | None = None
        self._counts: memoryview[int] | None = None
        self._reported = asyncio.Event()
        self._heard = 0.0
        self._open = self._taken = self._handed = 0

    async def run(self, command: list[str]) -> int:
        """Start the process and listen to it until it ends; returns its exit code."""
        ours, theirs = socket.socketpair()
        self._hands, far_hands = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._hands.setblocking(False)
        counts = os.memfd_create("counts")
        os.ftruncate(counts, mmap.PAGESIZE)
        self._counts = _mapped(counts)
        passed = (theirs.fileno(), far_hands.fileno(), counts)
        try:
            self._process = None
            self._process = await asyncio.create_subprocess_exec(
                *command,
                "--worker",
                ":".join(str(number) for number in (self.index, *passed)),
                pass_fds=passed,
                start_new_session=True,  # a terminal's Ctrl-C reaches the supervisor only
            )
        finally:
            theirs.close()
            far_hands.close()
            os.close(counts)
        self.hear()
        self._open = self._taken = self._handed = 0
        try:
            await self._listen(ours)
        finally:
            self.ready = False
            self._hands.close()
        return await self._process.wait()

    def hear(self) -> None:
        """Note that it is alive."""
        self._heard = asyncio.get_running_loop().time()

    @property
    def stalled(self) -> bool:
        """Whether it has been silent for a second."""
        return self.ready and self._silence() > STALLED_AFTER

    @property
    def lost(self) -> bool:
        """Whether it has been silent for too long."""
        return self._process is not None and self._silence() > (
            _KILL_AFTER if self.ready else _START_WITHIN
        )

    @property
    def connections(self) -> int:
        """How many SPOE connections it has, with those on their way to it."""
        return self._open + self._handed - self._taken

    def kill(self) -> None:
        """End the process."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def hand(self, name: str, sock: socket.socket) -> bool:
        """Pass an accepted connection on; returns whether the worker gets it."""
        if not self.ready or self.stalled or self._hands is None:
            return False
        passed = array.array("i", [sock.fileno()])
        try:
            self._hands.sendmsg([name.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)])
        except OSError:
            return False
        self._handed += 1
        return True

    def tell(self, what: str) -> None:
        """Ask the worker for `figures`, to `reload`, or to `drain`."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(json.dumps({"do": what}).encode() + b"\n")

    async def ask(self) -> None:
        """Bring the figures up to date, if the worker answers in time."""
        if not self.ready or self.stalled:
            return
        self._reported.clear()
        self.tell("figures")
        with suppress(TimeoutError):
            async with asyncio.timeout(_ANSWER_WITHIN):
                await self._reported.wait()

    def bury(self, shadows: Iterable[str]) -> list[Figure]:
        """Return what a dead worker had counted; its gauges died with it.

        What was in flight, and what it received after its last report, is lost at each shadow.
        """
        figures, self.figures = self.figures, []
        told = {labels[0]: value for name, labels, value in figures if name == "requests"}
        untold = {name: count - told.get(name, 0) for name, count in self._counted().items()}
        missing = sum(untold.values())
        more: list[Figure] = [("requests", (name,), n) for name, n in untold.items() if n]
        for name in shadows:
            more += [("received", (name,), missing), ("failed", (name, WORKER_LOST), missing)]
        more += [
            ("failed", (labels[0], WORKER_LOST), value)
            for name, labels, value in figures
            if name == "in_flight"
        ]
        return add_up([[figure for figure in figures if figure[0] not in _GAUGES], more])

    def _counted(self) -> dict[str, int]:
        """Return what the worker counted or acknowledged, by input, until its last moment."""
        counts, inputs = self._counts, len(INPUTS)
        if counts is None:
            return {}
        return {name: max(counts[n], counts[n + inputs]) for n, name in enumerate(INPUTS)}

    def _silence(self) -> float:
        return asyncio.get_running_loop().time() - self._heard

    async def _listen(self, ours: socket.socket) -> None:
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=LINE_LIMIT)
        try:
            while line := await reader.readline():
                self._take(json.loads(line))
        except (OSError, ValueError):
            self.kill()
        self._writer.close()

    def _take(self, message: dict[str, Any]) -> None:
        self.hear()
        self._open, self._taken = message["open"], message["taken"]
        if "figures" in message:
            self.ready = True
            self.figures = [
                (name, tuple(labels), value) for name, labels, value in message["figures"]
            ]
            self._reported.set()


def worker_command(arguments: list[str]) -> list[str]:
    """Return the command of a worker with the agent's own arguments."""
    return [sys.executable, "-m", str(__package__), *arguments]
