"""Making the copy of a request: its bytes as the shadow gets them.

Method, target, body and end-to-end headers, in their order and with repeats, stay as they were.
What belongs to the client's connection goes (RFC 9110, section 7.6.1), the body gets a framing of
its own, and the marker says that this is a copy.
"""

import os
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1
from typing import Self

from .account import CUT, LOOP, MALFORMED, Account
from .header_names import FRAMING, HOP_BY_HOP
from .request import Request
from .settings.model import Shadow

# What a client names in Connection is removed, but it must not take these from the copy.
_PROTECTED = {b"host", b"close", b"content-length"}

CUT_HEADER = b"X-Mirror-Cut"
# Names who made a copy, as Via does for proxies (RFC 9110, section 7.6.3): who finds its own name
# copies no further, even where another gateway has put its own marker in the place of ours.
PASSED_HEADER = b"X-Mirror-Passed"
# In the environment, so that all workers have one name.
_DRAWN_NAME = os.environ.setdefault("MIRROR_AGENT_NAME", secrets.token_hex(8)).encode()

# What all copies of a request share: the header lines kept, those added, whether Host is kept.
Draft = tuple[bytes, bytes, bool]

# Possessive quantifiers: no backtracking, whatever is sent.
_BLOCK = re.compile(rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]++:[^\r\n\0]*+\r\n)*+\r\n")
_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++ [^\x00-\x20\x7f]++")
_CONNECTION = re.compile(rb"\nconnection:([^\r]*)")
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


class NotCopied(Exception):  # noqa: N818 - an outcome, not an error
    """There will be no copy; `reason` is one of the account's, `detail` says more."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@lru_cache(maxsize=256)
def _remover(names: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(rb"(?im)^(?:" + _any(names) + rb")[ \t]*+:[^\n]*+\n")


def _any(names: tuple[bytes, ...]) -> bytes:
    return b"|".join(re.escape(name) for name in names)


def _name_of(line: bytes) -> bytes:
    return line.partition(b":")[0].lower()


def _own_name(secret: str | None) -> bytes:
    """Return what tells this agent's copies from others'; no client can guess it.

    Whoever shares the marker's secret has the same name, other ways of mirroring included. Without
    one, it is drawn once for an agent and its workers, which inherit its environment.
    """
    if secret is None:
        return _DRAWN_NAME
    return sha1(secret.encode(), usedforsecurity=False).hexdigest()[:16].encode()


_HOST = _remover((b"host",))


@dataclass(frozen=True)
class Host:
    """The Host of copies: the line for requests that have none, or for all (replace)."""

    line: bytes
    replace: bool

    @classmethod
    def of(cls, shadow: "Shadow") -> Self:
        """Return what the configuration of a shadow says."""
        if shadow.host_header is not None:
            return cls(f"Host: {shadow.host_header}\r\n".encode(), replace=True)
        host = f"[{shadow.host}]" if ":" in shadow.host else shadow.host
        return cls(f"Host: {host}:{shadow.port}\r\n".encode(), replace=False)


class Copier:
    """Makes copies as the configuration says."""

    def __init__(
        self,
        account: Account,
        marker: str,
        marker_value: str | None,
        remove: tuple[str, ...],
        send_cut: bool,
        gateway_headers: tuple[str, ...] = (),
    ) -> None:
        """Set the copies' shape.

        marker: header added to every copy. marker_value: the secret that tells copies from
        forgeries; without it, every marker counts as a forgery. remove: headers not
        copied. send_cut: send what there is of a cut body, marked, instead of nothing.
        gateway_headers: what the gateway sets, so that no client may name it in Connection.
        """
        self._marker_name = marker.lower().encode()
        self._marked = re.compile(
            rb"(?im)^" + re.escape(marker.encode()) + rb":[ \t]*([^\r\n]*?)[ \t]*\r"
        )
        self._marker_value = None if marker_value is None else marker_value.encode()
        name = _own_name(marker_value)
        self._passed = re.compile(rb"(?im)^" + PASSED_HEADER + rb":[ \t]*" + name + rb"[ \t]*\r")
        self._marker = f"{marker}: {marker_value or 'mirror-agent'}\r\n".encode()
        self._marker += PASSED_HEADER + b": " + name + b"\r\n"
        self._send_cut = send_cut
        names = (*HOP_BY_HOP, *FRAMING, marker, CUT_HEADER.decode(), *remove)
        self._names = tuple(name.lower().encode() for name in names)
        self._remove = _remover(self._names)
        # One search of Request.lower for all that matters: most requests have only Host.
        notable = (b"host", PASSED_HEADER.lower(), *self._names)
        self._notable = re.compile(rb"\n(" + _any(notable) + rb"):")
        # What Connection names is removed, but for these; what goes anyway can wait.
        self._unnamed = {*_PROTECTED, *self._names, PASSED_HEADER.lower()}
        self._unnamed |= {name.lower().encode() for name in gateway_headers}
        self._account = account

    def draft(self, request: Request) -> Draft:
        """Return what all copies of a request share.

        Raises NotCopied for a request that is malformed, a copy already, or cut.
        """
        if not _BLOCK.fullmatch(request.headers):
            raise NotCopied(MALFORMED, "the header block is not well-formed or was cut")
        if not _LINE.fullmatch(request.method + b" " + request.target):
            raise NotCopied(MALFORMED, "method or target is not well-formed")
        notable = self._notable.findall(request.lower)
        kept, added = request.headers[:-2], self._marker
        if notable != [b"host"]:
            kept = self._kept(kept, request, notable)
        if (
            request.body
            or request.announced != 0
            or b"content-length" in notable
            or (request.whole is False)
        ):
            added += self._cut(request)
        if request.body or b"content-length" in notable or b"transfer-encoding" in notable:
            added += b"Content-Length: %d\r\n" % len(request.body)
        return kept, added, b"host" in notable

    def copy(self, request: Request, draft: Draft, host: Host) -> bytes:
        """Return the copy for a shadow with that Host."""
        kept, added, hosted = draft
        if host.replace:
            kept = _HOST.sub(b"", kept)
            added = host.line + added
        elif not hosted:
            added = host.line + added
        return b"%b %b HTTP/1.1\r\n%b%b\r\n%b" % (
            request.method,
            request.target,
            kept,
            added,
            request.body,
        )

    def _kept(self, headers: bytes, request: Request, notable: list[bytes]) -> bytes:
        """Return the header lines without those that a copy must not have."""
        if PASSED_HEADER.lower() in notable and self._passed.search(headers):
            raise NotCopied(LOOP)
        if self._marker_name in notable:
            self._check_marker(headers)
        if b"connection" in notable:
            headers = self._without_named(headers, request.lower)
        return self._remove.sub(b"", headers)

    def _check_marker(self, headers: bytes) -> None:
        if self._marker_value in self._marked.findall(headers):
            raise NotCopied(LOOP)
        self._account.forged += 1

    def _cut(self, request: Request) -> bytes:
        """Return the header line that a cut body's copy gets, or nothing for a whole one."""
        try:
            missing = request.missing()
        except ValueError as error:
            raise NotCopied(MALFORMED, f"Content-Length: {error}") from error
        if not missing:
            return b""
        size = len(request.body)
        whole = "an unknown number" if missing < 0 else str(size + missing)
        if not self._send_cut:
            raise NotCopied(CUT, f"{size} of {whole} bytes")
        self._account.cut_marked += 1
        return CUT_HEADER + f": {size} of {whole} bytes\r\n".encode()

    def _without_named(self, headers: bytes, lower: bytes) -> bytes:
        """Remove the headers that Connection names, but for those that are not the client's."""
        named = set(_NAME.findall(b",".join(_CONNECTION.findall(lower)))) - self._unnamed
        if not named:
            return headers
        # No pattern is made of a client's words: making one of thousands takes seconds.
        lines = headers.splitlines(keepends=True)
        return b"".join(line for line in lines if _name_of(line) not in named)
