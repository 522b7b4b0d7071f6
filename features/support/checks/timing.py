"""When copies leave, and what clients wait for meanwhile."""

from features.support.checks import copies
from features.support.errors import CannotFindOutError
from features.support.scene import Scene
from features.support.wire.client import request
from features.support.wire.exchange import Sent
from features.support.wire.payloads import filled

# Seconds by which the journals of two services may be apart on a busy machine: each notes an answer
# once it is gone, and may have to wait for a processor before it does. A lead is one beyond that.
UNSURE = 0.3
_MB = 1024 * 1024


def lead_of_copy(scene: Scene) -> float:
    """Return by how many seconds the last copy arrived before the primary's answer left."""
    sent = scene.last.sent
    (copy,) = copies.await_copies(scene, [sent]).values()
    original = scene.primary.await_request(str(sent.request_id))
    if original.answered is None:
        raise CannotFindOutError("the primary's journal does not say when it answered")
    return original.answered - copy.at


def uploads(count: int, size: int) -> list[Sent]:
    """Return requests on v1 with bodies of a size, in MB."""
    body = filled(size * _MB)
    return [request("POST", "/api/v1/uploads", body=body) for _ in range(count)]


def upload_and_ask(scene: Scene, size: int, patience: float) -> None:
    """Send a body, in MB, and over the same connection a request that may take so many seconds."""
    scene.send_in_turn([*uploads(1, size), request("GET", "/api/v1")], patience)
