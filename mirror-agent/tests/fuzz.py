"""Feed the agent garbage for minutes: it must neither crash nor grow, and serve others meanwhile.

Example: python -m tests.fuzz --seconds 300 --seed 7

Frames, log lines and requests to the metrics port are made well-formed, then damaged: bytes
flipped, cut out, repeated or inserted, lengths made huge; they are sent in pieces of any size by
peers of which some hang up, some stall and some never read. Every second a well-behaved peer must
get its acknowledgement, and the agent's memory, descriptors and log are looked at. Exit code 1 and
one line where something is wrong; the seed repeats the run.
"""

import argparse
import random
import socket
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from mirror_recorder.testing import RecorderProcess

from .agent_process import Agent, Peer, hello, message, notify
from .conftest import CONFIG

MOST_GROWTH = 160 * 1024 * 1024  # bytes: 64 MiB of incomplete messages, queue, allocator
MOST_FILES = 1200
MOST_STALLED = 200
PAUSE = 0.05  # seconds that a peer may take to take a piece


class Damage:
    """Makes byte strings and damages them."""

    def __init__(self, seed: int) -> None:
        """Repeatable by its seed."""
        self.random = random.Random(seed)

    def frames(self) -> bytes:
        """Return a SPOP conversation, mostly well-formed."""
        r = self.random
        parts = [hello()] if r.random() < 0.9 else []
        for _ in range(r.randrange(1, 8)):
            target = b"/" + r.randbytes(r.randrange(20))
            body = r.randbytes(r.choice((0, 0, 5, 300, 9000)))
            payload = message(target=target, body=body, announced=len(body))
            parts.append(notify(payload, r.getrandbits(r.randrange(1, 64)), r.getrandbits(20)))
        return self.damaged(b"".join(parts))

    def lines(self) -> bytes:
        """Return octet-counted log lines, mostly well-formed."""
        r = self.random
        parts = []
        for number in range(r.randrange(1, 8)):
            texts = [b"/x", b"host: a\r\n\r\n", r.randbytes(r.choice((0, 10, 2000)))]
            coded = b" ".join(b64encode(text) or b"-" for text in texts)
            line = b"m1 %d %d 65536 %d GET %b\n" % (
                r.getrandbits(4), number * r.choice((1, 1, 10**9)), len(texts[2]), coded
            )  # fmt: skip
            parts.append(b"%d %b" % (len(line), line))
        return self.damaged(b"".join(parts))

    def request(self) -> bytes:
        """Return a request to the agent's own server."""
        return self.damaged(b"GET /metrics HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n")

    def damaged(self, data: bytes) -> bytes:
        """Return data with up to six damages."""
        r = self.random
        found = bytearray(data)
        for _ in range(r.choice((0, 1, 1, 2, 6))):
            at, size = r.randrange(len(found) + 1), r.choice((1, 1, 2, 4, 50))
            kind = r.randrange(5)
            if kind == 0:
                found[at : at + size] = r.randbytes(size)
            elif kind == 1:
                del found[at : at + size]
            elif kind == 2:
                found[at:at] = found[at : at + size] * r.choice((1, 2, 100))
            elif kind == 3:
                found[at:at] = r.randbytes(size)
            else:
                found[at : at + 4] = r.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\x3f\xff"))
        return bytes(found)


class Crowd:
    """The peers that misbehave."""

    def __init__(self, agent: Agent, damage: Damage) -> None:
        """Attack an agent."""
        self.damage = damage
        self.sent = 0
        self._kinds: list[tuple[int, Callable[[], bytes]]] = [
            (agent.ports["spoe"], damage.frames),
            (agent.ports["spoe"], damage.frames),
            (agent.ports["ring"], damage.lines),
            (agent.ports["metrics"], damage.request),
        ]
        self._stalled: list[socket.socket] = []

    def attack(self) -> None:
        """Send one conversation, in pieces."""
        r = self.damage.random
        port, make = r.choice(self._kinds)
        data = make()
        sock = socket.create_connection(("127.0.0.1", port), 5)
        sock.settimeout(PAUSE)
        try:
            while data:
                size = r.choice((1, 3, 100, 5000, len(data)))
                sock.sendall(data[:size])
                data = data[size:]
            if r.random() < 0.7:
                sock.recv(65536)
        except OSError:
            pass  # the agent may close whenever it likes
        self.sent += 1
        if r.random() < 0.1:
            self._stalled.append(sock)
            if len(self._stalled) > MOST_STALLED:
                self._stalled.pop(0).close()
        else:
            sock.close()

    def leave(self) -> None:
        """Close all connections."""
        for sock in self._stalled:
            sock.close()


def check(agent: Agent, before: float) -> str | None:
    """Return what is wrong with the agent, or None."""
    if agent.process.poll() is not None:
        return f"the agent ended with {agent.process.returncode}"
    with Peer(agent.ports["spoe"]) as peer:
        peer.send(notify(message(), 200, 9))
        if peer.frame()[:3] != (103, 200, 9):
            return "a well-behaved peer got a wrong acknowledgement"
    growth = agent.figure("resident_bytes") - before
    if growth > MOST_GROWTH:
        return f"the agent grew by {growth / 2**20:.0f} MiB"
    if agent.figure("open_files") > MOST_FILES:
        return f"the agent holds {agent.figure('open_files'):.0f} descriptors"
    broken = [line for line in agent.lines if "Traceback" in line or '"part": "asyncio"' in line]
    return f"the agent's log: {broken[0].strip()}" if broken else None


def run(seconds: float, seed: int, directory: Path) -> int:
    """Attack for a time; returns the exit code."""
    with RecorderProcess("--journal", "100") as recorder:
        text = CONFIG.format(port=recorder.port, spoe="", shadow="", more="")
        with Agent(directory, text) as agent:
            crowd, before = Crowd(agent, Damage(seed)), agent.figure("resident_bytes")
            end = look = time.monotonic() + seconds
            look -= seconds
            try:
                while time.monotonic() < end:
                    crowd.attack()
                    if time.monotonic() >= look:
                        look = time.monotonic() + 1.0
                        if problem := check(agent, before):
                            print(f"seed {seed}: {problem}", file=sys.stderr)
                            return 1
            finally:
                crowd.leave()
            account = agent.settled(int(agent.figure("received_total")))
            closed, grown = agent.figure("closed_total"), agent.figure("resident_bytes") - before
            print(
                f"seed {seed}: {crowd.sent} conversations, {closed:.0f} connections closed by the"
                f" agent, {account['sent']:.0f} of {account['received']:.0f} requests copied,"
                f" memory {grown / 2**20:+.1f} MiB"
            )
    return 0


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        return run(options.seconds, options.seed, Path(directory))


if __name__ == "__main__":
    sys.exit(main())
