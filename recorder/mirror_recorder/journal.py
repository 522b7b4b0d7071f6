"""The journal: what a recorder received, bounded, quick to read by request id."""

import hashlib
from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Any

from mirror_recorder.http1 import Head, fields, request_line, texts

_EMPTY = hashlib.sha256().digest()


class Entry:
    """One request. Keeps the raw head and decodes it when read: writing must be cheap.

    Times are unix seconds; `state` is "receiving", "complete" or "cut"; `door` is the service port
    that took it, "service" or "second".
    """

    __slots__ = (
        "_digest",
        "_hash",
        "answered",
        "at",
        "connection",
        "door",
        "ended",
        "framing",
        "length",
        "messages",
        "n",
        "peer",
        "raw",
        "request_id",
        "state",
        "trailers",
    )

    def __init__(self, head: Head, at: float, connection: int, peer: str, door: str) -> None:
        self.n = 0
        self.raw = head.raw
        self.framing = head.framing
        self.request_id = None if head.request_id is None else head.request_id.decode("latin-1")
        self.at = at
        self.connection = connection
        self.peer = peer
        self.door = door
        self.length = 0
        self.messages: int | None = None  # of the WebSocket session that the request opened
        self.state = "receiving"
        self.ended: float | None = None
        self.answered: float | None = None
        self.trailers: tuple[bytes, ...] = ()
        self._digest = _EMPTY
        self._hash: hashlib._Hash | None = None

    def received(self, payload: bytes) -> None:
        """Count and hash body bytes; they are not kept."""
        if payload:
            self.length += len(payload)
            if self._hash is None:
                self._hash = hashlib.sha256()
            self._hash.update(payload)

    def end(self, state: str, at: float) -> None:
        """The body ended: whole ("complete"), or because the connection did ("cut")."""
        self.state = state
        self.ended = at
        if self._hash is not None:
            self._digest = self._hash.digest()
            self._hash = None

    def as_json(self, service: str) -> dict[str, Any]:
        """The entry as the control port shows it; bytes as latin-1 text, which loses none."""
        method, target, version = request_line(self.raw)
        return {
            "n": self.n,
            "service": service,
            "at": self.at,
            "ended": self.ended,
            "answered": self.answered,
            "method": method.decode("latin-1"),
            "target": target.decode("latin-1"),
            "version": version[5:].decode("latin-1"),
            "headers": list(texts(fields(self.raw.split(b"\r\n")[1:]))),
            "trailers": list(texts(fields(list(self.trailers)))),
            "framing": self.framing,
            "length": self.length,
            "sha256": (self._digest if self._hash is None else self._hash.digest()).hex(),
            "state": self.state,
            "messages": self.messages,
            "connection": self.connection,
            "peer": self.peer,
            "door": self.door,
            "request_id": self.request_id,
        }


class Journal:
    """The last `size` entries, numbered without gaps for the life of the process."""

    def __init__(self, size: int) -> None:
        self.evicted = 0
        self._size = size
        self._last = 0
        self._entries: deque[Entry] = deque()
        self._by_id: dict[str, list[Entry]] = {}

    def add(self, entry: Entry) -> None:
        """Append; what does not fit any more falls out and is counted."""
        self._last += 1
        entry.n = self._last
        self._entries.append(entry)
        if entry.request_id is not None:
            self._by_id.setdefault(entry.request_id, []).append(entry)
        if len(self._entries) > self._size:
            self._evict()

    def _evict(self) -> None:
        oldest = self._entries.popleft()
        self.evicted += 1
        if oldest.request_id is not None:
            same = self._by_id[oldest.request_id]
            same.pop(0)
            if not same:
                del self._by_id[oldest.request_id]

    def find(self, ids: Iterable[str] = (), since: int = 0) -> list[Entry]:
        """Entries numbered above `since`, of these request ids or (none given) of all, in order."""
        wanted = set(ids)
        if not wanted:
            first = self._last - len(self._entries) + 1
            return list(islice(self._entries, max(0, since - first + 1), None))
        found = (entry for key in wanted for entry in self._by_id.get(key, ()))
        return sorted((e for e in found if e.n > since), key=lambda e: e.n)

    def clear(self) -> None:
        """Forget all entries; numbering goes on, so that an older `since` stays true."""
        self._entries.clear()
        self._by_id.clear()
