"""One recorder's journal, followed: what is new in it, and what has gone on since."""

from collections.abc import Mapping
from typing import Any

import aiohttp

_WITHIN = aiohttp.ClientTimeout(total=5)


class Following:
    """Reads what a journal has gained since it was read; `url` is the recorder's control port."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._since = 0
        self._requests = 0

    async def news(self) -> list[Mapping[str, Any]] | None:
        """Return new entries, and again those that were not whole; None when nobody answers."""
        try:
            told = await self._read()
            requests = told["counters"]["requests"]
            if requests < self._requests:  # it has started anew, and may count from 1 again
                self._since = 0
                told = await self._read()
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError):
            return None
        self._requests = requests
        entries: list[Mapping[str, Any]] = told["entries"]
        coming = [entry["n"] for entry in entries if entry["state"] == "receiving"]
        whole = [entry["n"] for entry in entries]
        self._since = min(coming) - 1 if coming else max(whole, default=self._since)
        return entries

    async def _read(self) -> Any:
        query = {"since": str(self._since)}
        async with self._session.get(
            f"{self._url}/journal", params=query, timeout=_WITHIN
        ) as answer:
            answer.raise_for_status()
            return await answer.json()
