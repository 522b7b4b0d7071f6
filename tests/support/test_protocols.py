"""Clients with TLS trust the run's own authority alone, and say what was not agreed on."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from features.support.stack.certificates import Authority
from features.support.wire.client import HOST, Address, ClientError, request
from features.support.wire.protocols import PROTOCOLS, Door, Protocol
from tests.support.raw_server import OK

AUTHORITY = Authority()
HTTP1, HTTP2 = (PROTOCOLS[f"{name} with TLS"] for name in ("HTTP/1.1", "HTTP/2"))


@contextmanager
def secured(certificate: Path, *alpn: str) -> Iterator[Address]:
    """Answer a connection with TLS, once."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(alpn)

    def serve() -> None:
        with suppress(OSError), context.wrap_socket(listener.accept()[0], server_side=True) as link:
            link.recv(65536)
            link.sendall(OK)
            link.unwrap()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield Address(*listener.getsockname()[:2])
        thread.join(10)


def asked(door: Door) -> str:
    """Say why a client got no answer, "" if it got one."""
    with door.open() as send:
        try:
            send(request("GET", "/api/v1"))
        except ClientError as reason:
            return str(reason)
    return ""


@pytest.mark.parametrize(
    ("protocol", "by", "host", "alpn", "told"),
    [
        (HTTP1, AUTHORITY, HOST, "http/1.1", ""),
        (HTTP1, Authority(), HOST, "http/1.1", "unable to get local issuer certificate"),
        (HTTP1, AUTHORITY, "other.example", "http/1.1", "Hostname mismatch"),
        (HTTP1, AUTHORITY, HOST, "h2", "asked for http/1.1, the gateway chose nothing"),
        (HTTP2, Authority(), HOST, "h2", "unable to get local issuer certificate"),
        (HTTP2, AUTHORITY, "other.example", "h2", "no alternative certificate subject name"),
        (HTTP2, AUTHORITY, HOST, "http/1.1", "the gateway does not speak HTTP/2"),
    ],
)
def test_a_client_gets_an_answer_from_whom_it_trusts_by_what_it_speaks(
    tmp_path: Path, protocol: Protocol, by: Authority, host: str, alpn: str, told: str
) -> None:
    with secured(by.certify(tmp_path / "server.pem", host), alpn) as address:
        found = asked(Door(address, protocol, AUTHORITY, timeout=5))
    assert told in found
    assert bool(found) == bool(told)


def test_a_certificate_is_made_once_whoever_asks_for_it(tmp_path: Path) -> None:
    file = tmp_path / "server.pem"
    authority, seen = Authority(), set()
    threads = [
        threading.Thread(target=lambda: seen.add(authority.certify(file).read_bytes()))
        for _ in range(5)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(seen) == 1
    assert b"PRIVATE KEY" in seen.pop()
