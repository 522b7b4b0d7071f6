"""Show the journals of a primary and a shadow side by side, in a browser, as requests come.

Example: recorder-watch --primary 127.0.0.1:8081 --shadow 127.0.0.1:8091
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from mirror_recorder import __version__
from mirror_recorder.options import Address, address
from mirror_recorder.watch.following import Following
from mirror_recorder.watch.pairs import MOST, Pairs, Side

_HERE = Path(__file__).parent
_FILES = {"/": "page.html", "/page.css": "page.css", "/page.js": "page.js"}
_EVERY = 0.2  # seconds between two looks at the journals
# The page runs nothing but its own script, whatever a request holds that it shows.
_POLICY = "; ".join(
    (
        *("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"),
        "img-src data:",  # its icon, which is none
    )
)
_SOURCES: web.AppKey[dict[Side, str]] = web.AppKey("sources", dict)


def application(primary: Address, shadow: Address) -> web.Application:
    """Return the page's server, which reads two recorders' control ports."""
    app = web.Application()
    sources: dict[Side, str] = {"primary": _url(primary), "shadow": _url(shadow)}
    app[_SOURCES] = sources
    app.add_routes([web.get(path, _file) for path in _FILES])
    app.add_routes([web.get("/events", _events), web.get("/healthz", _health)])
    return app


def _url(where: Address) -> str:
    host = f"[{where[0]}]" if ":" in where[0] else where[0]
    return f"http://{host}:{where[1]}"


async def _file(request: web.Request) -> web.FileResponse:
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
    return web.FileResponse(_HERE / _FILES[request.path], headers=headers)


async def _health(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _events(request: web.Request) -> web.StreamResponse:
    """Send each pair that changes, as a server-sent event, until the browser leaves."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    try:
        async for name, news in _news(request.app[_SOURCES]):
            await response.write(f"event: {name}\ndata: {json.dumps(news)}\n\n".encode())
    except ConnectionResetError:
        pass
    return response


async def _news(sources: dict[Side, str]) -> AsyncIterator[tuple[str, Any]]:
    pairs = Pairs()
    silent: list[str] | None = None
    async with aiohttp.ClientSession() as session:
        followed = {side: Following(session, url) for side, url in sources.items()}
        while True:
            news = await asyncio.gather(*(each.news() for each in followed.values()))
            told = dict(zip(followed, news, strict=True))
            changed = {
                pair.key: pair
                for side, entries in told.items()
                for pair in [pairs.add(side, entry) for entry in entries or ()]
            }
            for pair in list(changed.values())[-MOST:]:
                yield "pair", pair.as_json()
            now = [side for side, entries in told.items() if entries is None]
            if now != silent:  # a first event without delay says that all is well, too
                silent = now
                yield "silent", now
            await asyncio.sleep(_EVERY)


def main() -> int:
    """Serve until interrupted; 1 with one line when it cannot start."""
    parser = argparse.ArgumentParser("recorder-watch", description=__doc__)
    parser.add_argument("--version", action="version", version=f"recorder {__version__}")
    for flag, default, text in (
        ("primary", "127.0.0.1:8081", "control port of the primary's recorder"),
        ("shadow", "127.0.0.1:8091", "control port of the shadow's recorder"),
        ("listen", "127.0.0.1:10000", "where the page is; empty host = all"),
    ):
        parser.add_argument(f"--{flag}", default=default, type=address, help=f"{text} ({default})")
    asked = parser.parse_args()
    try:
        asyncio.run(_serve(application(asked.primary, asked.shadow), asked.listen))
    except OSError as reason:
        where = f"{asked.listen[0]}:{asked.listen[1]}"
        print(f"recorder-watch: cannot listen on {where}: {reason.strerror}", file=sys.stderr)
        return 1
    return 0


async def _serve(app: web.Application, listen: Address) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, listen[0] or None, listen[1])
        await site.start()
        port = runner.addresses[0][1]
        print(f"recorder-watch: http://{listen[0] or 'localhost'}:{port}", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
