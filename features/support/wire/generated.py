"""Requests as nobody would write them down: drawn from a seed, and made smaller on failure.

Each method and each kind of body occurs in turn, each header in a part of all requests; what is in
them is drawn. Bodies never repeat themselves, so that blocks that are lost or swapped show.
"""

import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import TypeVar

from features.support.wire.client import request
from features.support.wire.exchange import Headers, Sent
from features.support.wire.payloads import METHODS

T = TypeVar("T")
_READ_WRITE = ("GET", "HEAD", "POST")  # the methods of v2
_FOURTH = 0.25
_WORD = string.ascii_letters + string.digits + "-._~"
_TOKEN = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
# Octets beyond ASCII stand for themselves; tabs and spaces stand within a value only.
_VALUE = string.ascii_letters + string.digits + string.punctuation + " \t\xa0\xe9\xff"
_SMALL, _SOME = 200, 3000  # bytes
_LONG_HEADERS = 0.06  # of the requests
_HEAD_ROOM = 3000  # bytes of a head without a long header
TARGETS: Mapping[str, Sequence[str]] = {
    "plain": ("orders", "7", "a.b", "~x", "$&'()*+,", "semi;colon=1", "a@b:c", "x=y"),
    "encoded": ("%20", "caf%C3%A9", "a%2Fb"),
    "needlessly encoded": ("a%2fb", "%7e", "%41"),
    "dots": ("", "..", ".", "..."),
    "delimiters": ("a|b", "^c", "{d}", '"e"', "`f`"),
}
_QUERIES = ("", "?", "?page=2&sort=name", "?a=1&a=2&a", "?q=caf%C3%A9+%26%20more", "?x=/api/v3?y")
_LINES = ("--boundary", "GET /api/v1 HTTP/1.1", "0", "", "Host: a", "Gänseblümchen", "a=1&b=")
_ENDS = ("\r\n", "\n", "\r\n\r\n", "\r")
_TIMES = ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 27 Nov 2026 08:49:37 GMT")
_TAGS = ('"v1-7"', 'W/"v1-7"', '"a", W/"b, c", "d"', "*")
# Headers whose value is a list, so that they may come several times (RFC 9110, section 5.3).
LISTS = ("Accept", "Cache-Control", "Via", "If-None-Match", "Accept-Language")
# Headers that are drawn by name, and what may be in them; () stands for any value.
NAMED: Mapping[str, Sequence[str]] = {
    "Content-Type": (
        "application/json; charset=utf-8",
        "text/plain",
        'multipart/mixed; boundary="=_"',
    ),
    "Content-Encoding": ("gzip", "identity"),
    "Content-Language": ("de, en",),
    "If-Match": _TAGS,
    "If-None-Match": _TAGS,
    "If-Modified-Since": _TIMES,
    "If-Unmodified-Since": _TIMES,
    "If-Range": (*_TIMES, *_TAGS[:2]),
    "Range": ("bytes=0-499", "bytes=-1", "bytes=0-0,7-"),
    "Accept": ("*/*", "text/html", "application/json;q=0.9, */*;q=0.1"),
    "Accept-Encoding": ("gzip, br", "identity;q=0", ""),
    "Accept-Language": ("de-CH, fr;q=0.5",),
    "Cache-Control": ("no-cache", "max-age=0, no-store"),
    "Origin": ("https://shop.example", "null"),
    "Referer": ("https://shop.example/a?b=c",),
    "User-Agent": ("curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64)"),
    "Forwarded": ('for="[2001:db8::1]:4711";proto=https',),
    "Via": ("1.1 proxy.example",),
    "Traceparent": ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",),
    "Idempotency-Key": (),
    "Prefer": ('return=minimal; foo="a, b"',),
    "Date": _TIMES,
    "X-Empty": ("",),
    "Authorization": ("Bearer eyJhbGciOiJub25lIn0.e30.",),
    "Cookie": ("session=42; theme=dark",),
    "Proxy-Authorization": ("Basic Z3Vlc3Q6Z3Vlc3Q=",),
    # What only the gateway decides.
    "X-Forwarded-For": ("203.0.113.9", "10.0.0.1, 203.0.113.9"),
    "X-Route": ("v3", "v1", ""),
    "X-Mirrored-By": ("me", ""),
}


@dataclass(frozen=True)
class Terms:
    """What may be in requests that are copied whole.

    targets  kinds of targets, of TARGETS
    head     bytes of all headers
    room     bytes of headers and body together
    edges    sizes of bodies around which a gateway or a tool does something else, in bytes
    chunked  whether bodies may come without a length
    bodiless methods whose requests have no body
    repeated headers that may come several times
    """

    targets: Sequence[str] = tuple(TARGETS)
    head: int = 12_000
    room: int = 1_500_000
    edges: Sequence[int] = ()
    chunked: bool = True
    bodiless: frozenset[str] = frozenset()
    repeated: Sequence[str] = LISTS


@dataclass(frozen=True)
class Generated:
    """A request, and whether it comes over a new connection."""

    sent: Sent
    fresh: bool


def generate(seed: int, count: int, terms: Terms) -> list[Generated]:
    """Return so many requests, of which every fourth is on route v2; the same for the same seed."""
    draw = Random(seed)
    bodies = _in_turn(draw, _bodies(terms))
    methods = {"v1": _in_turn(draw, METHODS), "v2": _in_turn(draw, _READ_WRITE)}
    found = []
    for number in range(count):
        route = "v2" if number % 4 == 3 else "v1"
        method = next(methods[route])
        content = None if method in terms.bodiless else next(bodies)(draw)
        chunked = terms.chunked and content is not None and draw.random() < _FOURTH
        target = _target(draw, route, terms.targets)
        headers = _headers(draw, terms, len(content or b""))
        sent = request(method, target, headers, content, chunked=chunked)
        found.append(Generated(sent, draw.random() < _FOURTH))
    return found


def _in_turn(draw: Random, values: Sequence[T]) -> Iterator[T]:
    while True:
        yield from draw.sample(values, len(values))


_Body = Callable[[Random], bytes | None]


def _bodies(terms: Terms) -> list[_Body]:
    """Return what makes bodies: none, empty, small, texts, and of each size at an edge."""
    most = terms.room - _HEAD_ROOM
    edges = [edge + off for edge in terms.edges for off in (-1, 0, 1) if edge + off <= most]
    made: list[_Body] = [_none, _none, lambda _: b"", _text, _text, _some(_SMALL), _some(_SOME)]
    return made + [partial(Random.randbytes, n=size) for size in (1, *edges)]


def _none(_: Random) -> None:
    return None


def _some(most: int) -> _Body:
    return lambda draw: draw.randbytes(draw.randrange(most))


def _text(draw: Random) -> bytes:
    """Return lines that end in CR LF, in a line feed, or twice, and what looks like framing."""
    count = draw.randrange(1, 40)
    return "".join(draw.choice(_LINES) + draw.choice(_ENDS) for _ in range(count)).encode()


def _target(draw: Random, route: str, kinds: Sequence[str]) -> str:
    parts = [part for kind in kinds for part in TARGETS[kind]]
    path = [draw.choice(parts) for _ in range(draw.randrange(4))]
    # Whatever dots take away, the route stays.
    below = ["orders", "all", "of", *path] if ".." in path else path
    return "/".join([f"/api/{route}", *below]) + draw.choice(_QUERIES)


def _headers(draw: Random, terms: Terms, body: int) -> Headers:
    names = draw.sample(sorted(NAMED), draw.randrange(8))
    found = [(_cased(draw, n), draw.choice(NAMED[n]) if NAMED[n] else _value(draw)) for n in names]
    found += [(_name(draw), _value(draw)) for _ in range(draw.randrange(4))]
    if draw.random() < _FOURTH:
        name = draw.choice([_name(draw), *terms.repeated])
        found = [pair for pair in found if pair[0].lower() != name.lower()]
        found += [(_cased(draw, name), _word(draw)) for _ in range(draw.randrange(2, 4))]
    if draw.random() < _LONG_HEADERS:
        most = min(terms.head, terms.room - body) - _HEAD_ROOM
        if most > _SMALL:
            found.append(("X-Long", _long(draw, draw.choice([most, draw.randrange(most)]))))
    draw.shuffle(found)
    return tuple(found)


def _cased(draw: Random, name: str) -> str:
    return draw.choice([name, name.lower(), name.upper()])


def _name(draw: Random) -> str:
    """Return a name that no program knows, of the characters that a name may have."""
    return "X-" + "".join(draw.choices(_TOKEN, k=draw.randrange(3, 12)))


def _word(draw: Random) -> str:
    return _long(draw, draw.randrange(1, 20))


def _value(draw: Random) -> str:
    return "".join(draw.choices(_VALUE, k=draw.randrange(40))).strip(" \t\xa0")


def _long(draw: Random, size: int) -> str:
    return "".join(draw.choices(_WORD, k=size))


def smallest(sent: Sent, is_wrong: Callable[[Sent], bool], tries: int) -> Sent:
    """Return a request that is still wrong after so many tries to leave something out."""
    progress = True
    while progress:
        progress = False
        for candidate in _smaller(sent):
            if tries == 0:
                return sent
            tries -= 1
            if is_wrong(candidate):
                sent, progress = candidate, True
                break
    return sent


def _smaller(sent: Sent) -> Iterator[Sent]:
    """Yield requests with less in them, the smallest first; each has an id of its own."""
    own = tuple(pair for pair in sent.headers if pair[0].lower() not in ("host", "x-request-id"))
    if own:
        yield _again(sent, ())
    for plainer in _plainer(sent):
        if plainer != sent:
            yield _again(plainer, own)
    size = len(own) // 2
    while size:
        yield from (_again(sent, own[:at] + own[at + size :]) for at in range(0, len(own), size))
        size //= 2


def _plainer(sent: Sent) -> Iterator[Sent]:
    """Yield requests that are the same but for one thing, which is what most requests have."""
    route = sent.target.split("/")[2].partition("?")[0]
    if sent.body is not None:
        yield replace(sent, body=None, chunked=False)
    yield replace(sent, target=f"/api/{route}")
    yield replace(sent, method="GET" if sent.body is None else "POST")
    yield replace(sent, chunked=False)
    if sent.body:
        yield replace(sent, body=sent.body[: len(sent.body) // 2])
        yield replace(sent, body=sent.body[:-1])


def _again(sent: Sent, headers: Headers) -> Sent:
    return request(sent.method, sent.target, headers, sent.body, chunked=sent.chunked)
