"""Receiving into one buffer that all connections of a process share.

asyncio's usual way allocates 256 KB for each read, however little arrives; where the allocator
gives that back to the system and fetches it again, a read costs twice as much.
"""

import asyncio

_SIZE = 64 * 1024
_BUFFER = memoryview(bytearray(_SIZE))


class BufferedConnection(asyncio.BufferedProtocol):
    """A protocol whose data_received gets bytes of its own."""

    __slots__ = ()

    def get_buffer(self, _sizehint: int) -> memoryview:
        """Return the shared buffer: it is read before anything else is received."""
        return _BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        """Hand on what arrived."""
        self.data_received(bytes(_BUFFER[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        raise NotImplementedError
