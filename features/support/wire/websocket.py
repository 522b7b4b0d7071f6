"""A client that holds a WebSocket session, and what it got back (RFC 6455)."""

from collections.abc import Sequence
from dataclasses import dataclass

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from features.support.waiting import patient, take_time
from features.support.wire import ids, targets
from features.support.wire.client import Address, ClientError

_OPEN_WITHIN = 5.0  # seconds; so long it waits for each message, too
Message = str | bytes


@dataclass(frozen=True)
class Session:
    """What a client sent and got back in a session that was opened by a request with this id."""

    request_id: str
    sent: Sequence[Message]
    got: Sequence[Message]
    error: ClientError | None = None


def converse(to: Address, target: str, messages: Sequence[Message], seconds: float) -> Session:
    """Open a session, send messages over so many seconds, read each echo, and close it."""
    request_id = ids.new()
    got: list[Message] = []
    within = patient(_OPEN_WITHIN)
    try:
        with connect(
            f"ws://{to}{targets.there(target)}",
            additional_headers={"X-Request-Id": request_id},
            open_timeout=within,
            close_timeout=within,
            proxy=None,  # one of the environment must not come between
        ) as link:
            for each in messages:
                link.send(each)
                got.append(link.recv(timeout=within))
                take_time(seconds / len(messages))
    except (OSError, EOFError, WebSocketException) as reason:
        error = ClientError(f"WebSocket {target}: {type(reason).__name__}: {reason}")
        return Session(request_id, messages, got, error)
    return Session(request_id, messages, got)
