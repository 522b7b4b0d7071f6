"""Load on the mirroring agent alone: speaks SPOP as HAProxy does, as fast as it is acknowledged.

Example: PYTHONPATH=mirror-agent python bench/spop_load.py --agent 127.0.0.1:12345 \
             --metrics 127.0.0.1:9901 --connections 8 --window 1 --seconds 5 --body 0

Prints one line: acknowledgements per second, how many of the copies the shadow answered, and the
agent's CPU time per request. With window 1 each connection waits for its ACK, as a client would.
"""

import argparse
import asyncio
import sys
import time
import urllib.request
from collections import defaultdict
from typing import cast

from mirror_agent.spop.codec import (
    BINARY,
    INT64,
    encode_pairs,
    encode_string,
    encode_value,
    encode_varint,
)
from mirror_agent.spop.frames import ACK, HAPROXY_HELLO, NOTIFY, frame
from prometheus_client.parser import text_string_to_metric_families

HEADERS = (
    b"host: 127.0.0.1:10004\r\nuser-agent: load\r\naccept: */*\r\n"
    b"x-request-id: 7d4b1d8e-6a3c-4a64-8a9c-6a9d7a1a2b3c\r\nx-forwarded-for: 127.0.0.1\r\n"
)
SETTLE = 10.0  # seconds for the copies that wait after the last request


def hello(max_frame_size: int = 65532) -> bytes:
    """Return HAProxy's HELLO."""
    return frame(
        HAPROXY_HELLO,
        encode_pairs(
            {
                b"supported-versions": encode_value(b"2.0"),
                b"max-frame-size": encode_value(max_frame_size),
                b"capabilities": encode_value(b"pipelining,async"),
            }
        ),
    )


def message(target: bytes, body: bytes) -> bytes:
    """Return the payload of a NOTIFY frame that mirror.spoe would make."""
    method = b"POST" if body else b"GET"
    headers = HEADERS + (b"content-length: %d\r\n" % len(body) if body else b"") + b"\r\n"
    arguments = {
        b"method": encode_value(method),
        b"target": encode_value(target),
        b"headers": encode_value(headers),
        b"body": bytes((BINARY,)) + encode_string(body),
        b"announced": bytes((INT64,)) + encode_varint(len(body)),
    }
    return encode_string(b"request") + bytes((len(arguments),)) + encode_pairs(arguments)


class Client(asyncio.Protocol):
    """One connection with up to `window` requests that are not acknowledged."""

    def __init__(self, payload: bytes, window: int) -> None:
        """Send this payload again and again, once the agent has said HELLO."""
        self.acknowledged = 0
        self.sending = True
        self._payload = payload
        self._window = window
        self._next = 0
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say HELLO."""
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(hello())

    def data_received(self, data: bytes) -> None:
        """Answer each ACK with another request."""
        data = self._rest + data
        position, wanted = 0, 0
        while len(data) - position >= 4:
            stop = position + 4 + int.from_bytes(data[position : position + 4], "big")
            if stop > len(data):
                break
            if data[position + 4] == ACK:
                self.acknowledged += 1
                wanted += 1
            else:
                wanted += self._window
            position = stop
        self._rest = data[position:]
        if wanted and self.sending:
            self.transport.write(b"".join(self._notify() for _ in range(wanted)))

    def _notify(self) -> bytes:
        self._next += 1
        return frame(NOTIFY, self._payload, encode_varint(self._next) + encode_varint(1))


def figures(metrics: str) -> dict[str, float]:
    """Return the agent's figures, summed over labels."""
    with urllib.request.urlopen(f"http://{metrics}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    found: defaultdict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name.removeprefix("mirror_agent_")] += sample.value
    return dict(found)


async def load(options: argparse.Namespace) -> tuple[int, float]:
    """Send for the given time; returns acknowledgements and seconds."""
    host, _, port = options.agent.rpartition(":")
    payload = message(options.target.encode(), b"x" * options.body)
    loop = asyncio.get_running_loop()
    clients = []
    for _ in range(options.connections):
        _, client = await loop.create_connection(
            lambda: Client(payload, options.window), host, int(port)
        )
        clients.append(client)
    started = time.monotonic()
    await asyncio.sleep(options.seconds)
    for client in clients:
        client.sending = False
    total, took = sum(client.acknowledged for client in clients), time.monotonic() - started
    for client in clients:
        client.transport.close()
    return total, took


def main() -> int:
    """Run the load and print the line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--agent", default="127.0.0.1:12345")
    parser.add_argument("--metrics", default="127.0.0.1:9901")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--window", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--body", type=int, default=0, help="bytes; 0 sends GET")
    parser.add_argument("--target", default="/api/v1/load")
    options = parser.parse_args()
    before = figures(options.metrics)
    total, took = asyncio.run(load(options))
    deadline = time.monotonic() + SETTLE
    while (after := figures(options.metrics))["in_flight"] and time.monotonic() < deadline:
        time.sleep(0.1)
    grown = {name: after[name] - before.get(name, 0.0) for name in after}
    received = grown["received_total"]
    if not total or not received:
        print("nothing was acknowledged", file=sys.stderr)
        return 1
    print(
        f"{total / took:.0f} ACK/s, {received:.0f} received, "
        f"{100 * grown['sent_total'] / received:.2f} % sent, "
        f"{grown['dropped_total']:.0f} dropped, {grown['failed_total']:.0f} failed, "
        f"agent CPU {1e6 * grown['cpu_seconds_total'] / received:.1f} us per request"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
