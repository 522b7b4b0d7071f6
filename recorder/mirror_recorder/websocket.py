"""A WebSocket session on a recorder's service port: every message goes back (RFC 6455)."""

from http import HTTPStatus

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from mirror_recorder.journal import Entry

MESSAGE_LIMIT = 1024 * 1024


class Echo:
    """Answers what opens it, sends back each message, and counts them in its request's entry."""

    def __init__(self, name: str, entry: Entry) -> None:
        self._name = name
        self._entry = entry
        self._protocol = ServerProtocol(max_size=MESSAGE_LIMIT)

    @property
    def over(self) -> bool:
        """Whether nothing more is to come, so that the connection can be closed."""
        return self._protocol.close_expected()

    def feed(self, data: bytes) -> bytes:
        """Take bytes, at first the request's head, and return what is to be written."""
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._accept(event)
            elif isinstance(event, Frame):
                self._echo(event)
        return b"".join(self._protocol.data_to_send())

    def _accept(self, request: Request) -> None:
        response = self._protocol.accept(request)
        response.headers["X-Backend-Name"] = self._name
        self._protocol.send_response(response)
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            self._entry.messages = 0

    def _echo(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT:
            self._protocol.send_text(bytes(frame.data), frame.fin)
        elif frame.opcode is Opcode.BINARY:
            self._protocol.send_binary(bytes(frame.data), frame.fin)
        elif frame.opcode is Opcode.CONT:
            self._protocol.send_continuation(bytes(frame.data), frame.fin)
        else:  # the library answers pings and closes
            return
        self._entry.messages = (self._entry.messages or 0) + frame.fin
