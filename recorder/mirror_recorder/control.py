"""The control port of a recorder: journal, faults, reset; JSON over HTTP (aiohttp)."""

import asyncio
import json

from aiohttp import web
from aiohttp.typedefs import Handler

from mirror_recorder.access import Access, AccessError
from mirror_recorder.faults import NO_FAULTS, Faults
from mirror_recorder.service import Service

SLICE = 50

_SERVICE = web.AppKey("service", Service)
_ACCESS = web.AppKey("access", Access)
_READING = frozenset({"GET", "HEAD"})


def application(service: Service, access: Access) -> web.Application:
    """The control port's routes; a wrong request is answered 4xx with {"error": one line}."""
    app = web.Application(middlewares=[_errors_in_json, _only_with_access])
    app[_SERVICE] = service
    app[_ACCESS] = access
    app.add_routes(
        [
            web.get("/journal", _read_journal),
            web.delete("/journal", _clear_journal),
            web.get("/faults", _show_faults),
            web.put("/faults", _set_faults),
            web.delete("/faults", _clear_faults),
            web.post("/reset", _reset),
            web.get("/healthz", _health),
        ]
    )
    return app


@web.middleware
async def _errors_in_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ValueError as error:
        return _error(400, str(error))
    except AccessError as error:
        return _error(error.status, f"{request.method} {request.path}: {error}")
    except web.HTTPException as error:
        return _error(error.status, f"{request.method} {request.path}: {error.reason}")
    except OSError as error:
        return _error(500, f"cannot listen again: {error.strerror}; restart the recorder")


@web.middleware
async def _only_with_access(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method not in _READING:
        request.app[_ACCESS].check(request.headers)
    return await handler(request)


def _error(status: int, reason: str) -> web.Response:
    return _json({"error": " ".join(reason.split())}, status)


def _json(document: object, status: int = 200) -> web.Response:
    return web.json_response(document, status=status, dumps=lambda d: json.dumps(d) + "\n")


async def _read_journal(request: web.Request) -> web.StreamResponse:
    """One JSON document, written in slices: the service port must not wait for a long journal."""
    service = request.app[_SERVICE]
    if unknown := set(request.query) - {"id", "since"}:
        raise ValueError(f"unknown parameter {min(unknown)!r}; known: id (repeatable), since")
    since = request.query.get("since", "0")
    if not (since.isascii() and since.isdigit()):
        raise ValueError(f"since must be an entry's number, not {since!r}")
    ids = request.query.getall("id", ())
    entries = service.journal.find(ids, int(since))
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    opening = {"service": service.name, "counters": service.counters, "open": service.open}
    await response.write(json.dumps(opening)[:-1].encode() + b', "entries": [')
    for start in range(0, len(entries), SLICE):
        part = [e.as_json(service.name) for e in entries[start : start + SLICE]]
        comma = ", " if start else ""
        await response.write((comma + json.dumps(part)[1:-1]).encode())
        await asyncio.sleep(0)
    await response.write(b"]}\n")
    return response


async def _clear_journal(request: web.Request) -> web.Response:
    service = request.app[_SERVICE]
    service.journal.clear()
    return _state(service)


async def _show_faults(request: web.Request) -> web.Response:
    return _json(request.app[_SERVICE].faults.as_json())


async def _set_faults(request: web.Request) -> web.Response:
    try:
        document = json.loads(await request.read())
    except ValueError as error:
        raise ValueError(f"faults are not JSON: {error}") from None
    service = request.app[_SERVICE]
    await service.misbehave(Faults.parse(document))
    return _json(service.faults.as_json())


async def _clear_faults(request: web.Request) -> web.Response:
    service = request.app[_SERVICE]
    await service.misbehave(NO_FAULTS)
    return _json(service.faults.as_json())


async def _reset(request: web.Request) -> web.Response:
    service = request.app[_SERVICE]
    await service.reset()
    return _state(service)


async def _health(request: web.Request) -> web.Response:
    return _state(request.app[_SERVICE])


def _state(service: Service) -> web.Response:
    return _json({"service": service.name, "counters": service.counters})
