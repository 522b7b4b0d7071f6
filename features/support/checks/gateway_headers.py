"""Whether a copy tells of the client what the primary's request tells."""

from features.support.checks import copies
from features.support.scene import Scene
from features.support.waiting import eventually
from features.support.wire.client import request
from features.support.wire.exchange import values
from features.support.wire.recorder import Recorder

_WITHIN = 5.0
_NAMED = "keep-alive, X-Forwarded-For, X-Request-Id, X-Route, Host"
NAMED = "x-of-this-hop"  # in Connection
_OF_THE_CONNECTION = (
    ("Connection", "keep-alive, X-Of-This-Hop"),
    ("Keep-Alive", "timeout=5, max=100"),
    ("Proxy-Connection", "keep-alive"),
    ("X-Of-This-Hop", "yes"),
)
_TARGET = "/api/v1/named-in-connection"


def name_in_connection(scene: Scene) -> None:
    """Send a request whose Connection names what the gateway sets."""
    scene.send(request("GET", _TARGET, (("Connection", _NAMED),)))


def check_address(scene: Scene) -> list[str]:
    """Say how the copy does not tell the client's address as the primary's request does."""
    told = {each.name: _addresses(each) for each in (scene.primary, scene.shadow)}
    # One that passes a copy to itself adds its own address to it.
    if set() != told["primary"] <= told["shadow"]:
        return []
    return [f"X-Forwarded-For at the primary is {told['primary']}, in the copy {told['shadow']}"]


def _addresses(recorder: Recorder) -> set[str]:
    """Return the client's addresses as a service was told them; the id may be left out, too."""
    arrived = eventually(
        lambda: [each for each in recorder.received() if each.target == _TARGET],
        bool,
        _WITHIN,
        f"the request at the {recorder.name}",
    )
    told = values(arrived[0].headers, "x-forwarded-for")
    return {address.strip() for line in told for address in line.split(",")}


def send_connection_headers(scene: Scene) -> None:
    """Send a request with headers that are for the next hop alone (RFC 9110, section 7.6.1)."""
    scene.send(request("GET", "/api/v1/orders", _OF_THE_CONNECTION))


def connection_headers(scene: Scene) -> str:
    """Return the names of such headers that the copy has, as it must not."""
    sent = scene.last.sent
    (copy,) = copies.await_copies(scene, [sent]).values()
    names = {name.lower() for name, _ in _OF_THE_CONNECTION} - {"connection"}
    return ", ".join(name.lower() for name, _ in copy.headers if name.lower() in names)
