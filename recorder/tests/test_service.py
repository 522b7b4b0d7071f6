"""The service port as asyncio serves it."""

import asyncio
import socket

from mirror_recorder.faults import Faults
from mirror_recorder.journal import Journal
from mirror_recorder.service import Service, bound_socket


def test_what_was_accepted_before_it_refuses_is_counted_and_reset() -> None:
    async def refuse_while_accepting() -> int:
        listener = bound_socket("127.0.0.1", 0)
        service = Service("shadow", {"one": ("127.0.0.1", listener)}, Journal(10))
        await service.listen()
        with socket.create_connection(listener.getsockname()):
            for _ in range(3):  # until the loop has accepted, and made no transport yet
                await asyncio.sleep(0)
            await service.misbehave(Faults(refuse=True))
        return service.counters["connections"]

    assert asyncio.run(refuse_while_accepting()) == 1
