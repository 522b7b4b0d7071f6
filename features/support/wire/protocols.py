"""Clients that speak HTTP/2, with TLS or without, and HTTP/1.1 with TLS.

HTTP/2 is spoken by libcurl, as many clients in production do.
"""

import http.client
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Protocol as Interface

import pycurl

from features.support.waiting import patient
from features.support.wire import targets
from features.support.wire.client import (
    HOST,
    TIMEOUT,
    Address,
    ClientError,
    Sending,
    connection,
    no_answer,
    send_at_once,
    send_over,
)
from features.support.wire.exchange import Answer, Headers, Sent

_HTTP1, _HTTP2 = "http/1.1", "h2"  # by their names in ALPN (RFC 7301)
# What libcurl adds by itself, unless it is named without a value.
_ADDED = ("Accept", "User-Agent", "Expect", "Content-Type")
_TICK = 0.1  # seconds
_TOO_LATE = pycurl.E_OPERATION_TIMEDOUT


class Trust(Interface):
    """What clients trust: certificates as PEM, and as what connects with TLS."""

    @property
    def certificates(self) -> bytes:
        """Return them as PEM."""

    def context(self) -> ssl.SSLContext:
        """Return what checks a server's name and certificate."""


@dataclass(frozen=True)
class Protocol:
    """What clients speak, by its name in ALPN, and whether they speak it with TLS."""

    alpn: str
    tls: bool

    @property
    def joins_cookies(self) -> bool:
        """Tell whether cookies come in pieces that are joined, behind all other headers or not.

        RFC 9113, section 8.2.3.
        """
        return self.alpn == _HTTP2


PROTOCOLS = {
    "HTTP/1.1": Protocol(_HTTP1, tls=False),
    "HTTP/1.1 with TLS": Protocol(_HTTP1, tls=True),
    "HTTP/2": Protocol(_HTTP2, tls=False),
    "HTTP/2 with TLS": Protocol(_HTTP2, tls=True),
}


@dataclass(frozen=True)
class Door:
    """Where clients reach a gateway: what they speak there, and whom they trust with TLS.

    `timeout` is for how many seconds they wait for an answer.
    """

    to: Address
    protocol: Protocol
    trust: Trust
    timeout: float | None = None

    @property
    def _patience(self) -> float:
        return self.timeout or patient(TIMEOUT)

    @contextmanager
    def open(self) -> Iterator[Sending]:
        """Open a connection for requests one after the other, and close it at the end.

        What sends over it raises ClientError.
        """
        if self.protocol.alpn == _HTTP2:
            with closing(pycurl.Curl()) as link:
                yield partial(self._send_in_stream, link)
        else:
            with self._connection(self.to) as link:
                yield partial(send_over, link)

    def send_at_once(self, requests: Sequence[Sent]) -> list[Answer | ClientError]:
        """Send requests at the same moment; answers come in the order of the requests.

        With HTTP/2 each goes in a stream of one connection, else over a connection of its own.
        """
        if self.protocol.alpn == _HTTP2:
            return self._send_in_streams(requests)
        return send_at_once(self.to, requests, self._connection)

    def _connection(self, to: Address) -> AbstractContextManager[http.client.HTTPConnection]:
        if not self.protocol.tls:
            return connection(to, self.timeout)
        return closing(_Secured(to, self.trust.context(), self.timeout))

    def _send_in_stream(self, link: pycurl.Curl, sent: Sent) -> Answer:
        stream = self._stream(link, sent)
        failure: tuple[int, str] | None = None
        try:
            link.perform()
        except pycurl.error as reason:
            failure = (int(reason.args[0]), str(reason.args[-1]))
        result = stream.result(failure)
        if isinstance(result, ClientError):
            raise result
        return result

    def _send_in_streams(self, requests: Sequence[Sent]) -> list[Answer | ClientError]:
        streams = [self._stream(pycurl.Curl(), each) for each in requests]
        with closing(pycurl.CurlMulti()) as links:
            links.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
            links.setopt(pycurl.M_MAX_HOST_CONNECTIONS, 1)
            for each in streams:
                links.add_handle(each.link)
            failed = _performed(links, [each.link for each in streams], self._patience)
            results = [each.result(failed.get(each.link)) for each in streams]
            for each in streams:
                links.remove_handle(each.link)
                each.link.close()
        return results

    def _stream(self, link: pycurl.Curl, sent: Sent) -> "_Stream":
        """Let a link send a request next; it keeps the connection that it has."""
        link.reset()
        link.setopt(pycurl.NOPROXY, "*")
        link.setopt(pycurl.CONNECT_TO, [f"::{self.to.host}:{self.to.port}"])
        link.setopt(pycurl.URL, f"{'https' if self.protocol.tls else 'http'}://{HOST}")
        link.setopt(
            pycurl.HTTP_VERSION,
            pycurl.CURL_HTTP_VERSION_2TLS
            if self.protocol.tls
            else pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
        )
        link.setopt(pycurl.PIPEWAIT, 1)
        link.setopt(pycurl.TIMEOUT_MS, int(self._patience * 1000))
        if self.protocol.tls:
            link.setopt(pycurl.CAINFO_BLOB, self.trust.certificates)
        return _Stream(link, sent)


class _Secured(http.client.HTTPConnection):
    """A connection of a client that speaks HTTP/1.1 with TLS."""

    def __init__(self, to: Address, context: ssl.SSLContext, timeout: float | None) -> None:
        super().__init__(to.host, to.port, timeout=timeout or patient(TIMEOUT))
        self._context = context
        self._context.set_alpn_protocols([_HTTP1])

    def connect(self) -> None:
        """Connect, and agree on TLS and on HTTP/1.1; raises OSError."""
        super().connect()
        self.sock = secured = self._context.wrap_socket(self.sock, server_hostname=HOST)
        agreed = secured.selected_alpn_protocol()
        if agreed != _HTTP1:
            raise OSError(f"asked for {_HTTP1}, the gateway chose {agreed or 'nothing'}")


@dataclass
class _Stream:
    """A request as libcurl sends it, and what came in answer."""

    link: pycurl.Curl
    sent: Sent
    headers: list[bytes] = field(default_factory=list)
    body: BytesIO = field(default_factory=BytesIO)

    def __post_init__(self) -> None:
        """Say what is to be sent, and where answers go."""
        names = {name.lower() for name, _ in self.sent.headers}
        own = [_line(*pair) for pair in self.sent.headers]
        none = [f"{name}:".encode() for name in _ADDED if name.lower() not in names]
        self.link.setopt(pycurl.HTTPHEADER, own + none)
        self.link.setopt(pycurl.REQUEST_TARGET, targets.there(self.sent.target).encode("latin-1"))
        if self.sent.body is not None:
            self.link.setopt(pycurl.UPLOAD, 1)
            self.link.setopt(pycurl.READDATA, BytesIO(self.sent.body))
            self.link.setopt(
                pycurl.INFILESIZE_LARGE, -1 if self.sent.chunked else len(self.sent.body)
            )
        elif self.sent.method == "HEAD":
            self.link.setopt(pycurl.NOBODY, 1)
        self.link.setopt(pycurl.CUSTOMREQUEST, self.sent.method)
        if self.sent.method == "HEAD":  # whose answer tells the length of what does not come
            self.link.setopt(pycurl.IGNORE_CONTENT_LENGTH, 1)
        self.link.setopt(pycurl.HEADERFUNCTION, self.headers.append)
        self.link.setopt(pycurl.WRITEDATA, self.body)

    def result(self, failure: tuple[int, str] | None) -> Answer | ClientError:
        """Return what came, or why nothing did: the code and the reason of a failure."""
        if failure is not None:
            code, reason = failure
            return no_answer(self.sent, (TimeoutError if code == _TOO_LATE else OSError)(reason))
        if self.link.getinfo(pycurl.INFO_HTTP_VERSION) != pycurl.CURL_HTTP_VERSION_2_0:
            return no_answer(self.sent, OSError("the gateway does not speak HTTP/2"))
        lines = [line.decode("latin-1").rstrip("\r\n").partition(":") for line in self.headers]
        start = max(n for n, (first, _, _) in enumerate(lines) if first.startswith("HTTP/"))
        headers: Headers = tuple((n, v.strip()) for n, colon, v in lines[start + 1 :] if colon)
        status = self.link.getinfo(pycurl.RESPONSE_CODE)
        return Answer(status, headers, self.body.getvalue(), self.link.getinfo(pycurl.TOTAL_TIME))


def _line(name: str, value: str) -> bytes:
    """Return a header as libcurl takes it: one without a value ends otherwise."""
    return (f"{name}: {value}" if value else f"{name};").encode("latin-1")


def _performed(
    links: pycurl.CurlMulti, streams: Sequence[pycurl.Curl], seconds: float
) -> dict[pycurl.Curl, tuple[int, str]]:
    """Let transfers end, for so many seconds; return code and reason of each that failed."""
    ends = time.monotonic() + seconds
    under_way = set(streams)
    failed: dict[pycurl.Curl, tuple[int, str]] = {}
    while under_way and time.monotonic() < ends:
        links.perform()
        _, good, bad = links.info_read()
        failed |= {link: (code, reason) for link, code, reason in bad}
        under_way -= {*good, *failed}
        links.select(_TICK)
    return failed | dict.fromkeys(under_way, (_TOO_LATE, f"no answer in {seconds:g} s"))
