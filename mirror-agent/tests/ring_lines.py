"""Log lines as HAProxy's ring sends them, and connections that send them."""

import socket
from base64 import b64encode

from .agent_process import HEADERS, Agent

BLOCK = b64encode(HEADERS)


def line(*fields: bytes) -> bytes:
    text = b" ".join(fields) + b"\n"
    return b"%d %b" % (len(text), text)


def good_line(number: int) -> bytes:
    return line(b"m1", b"7", b"%d" % number, b"65536", b"0", b"GET", b64encode(b"/x"), BLOCK, b"-")


def into_ring(agent: Agent) -> socket.socket:
    return socket.create_connection(("127.0.0.1", agent.ports["ring"]), 5)
