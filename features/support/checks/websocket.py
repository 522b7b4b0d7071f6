"""WebSocket sessions on a mirrored route: what the client, the primary and the shadow had of it."""

from features.support.checks import copies
from features.support.scene import Scene
from features.support.waiting import watch
from features.support.wire.exchange import Received
from features.support.wire.payloads import filled
from features.support.wire.websocket import Message, Session, converse

_LARGE = 70_000  # bytes of one message, more than a gateway's buffer
_CLOSED_WITHIN = 5.0


def hold_session(scene: Scene, count: int, seconds: float) -> Session:
    """Hold a session on v1 of so many messages, texts and bytes, over so many seconds."""
    texts: list[Message] = [f"message {number}" for number in range(count - 2)]
    return converse(
        scene.entry, "/api/v1/chat", [*texts, b"\x00\xff" * 50, filled(_LARGE)], seconds
    )


def check_echoed(scene: Scene, session: Session) -> list[str]:
    """Say which messages did not come back, or did not reach the primary."""
    if session.error is not None:
        return [f"after {len(session.got)} of {len(session.sent)} messages: {session.error}"]
    wrong = sum(one != other for one, other in zip(session.sent, session.got, strict=True))
    found = [f"{wrong} of {len(session.sent)} messages came back changed"] if wrong else []
    opened = scene.primary.copies_of(session.request_id)
    if len(opened) != 1:
        found.append(f"the primary received {len(opened)} requests that open the session, not one")
    return found + [
        f"the primary counts {each.messages} of {len(session.sent)} messages"
        for each in opened
        if each.messages != len(session.sent)
    ]


def check_closed(scene: Scene, session: Session) -> list[str]:
    """Say which connections of the session are still open at primary or shadow."""
    recorders = (scene.primary, scene.shadow)

    def left() -> list[str]:
        return [
            f"connection {each.connection} to the {recorder.name} is still open"
            for recorder in recorders
            for each in recorder.copies_of(session.request_id)
            if each.messages is not None and each.connection in recorder.open_connections()
        ]

    return watch(left, lambda found: not found, _CLOSED_WITHIN).value


def check_not_opened(session: Session) -> list[str]:
    """Say what came back in a session that did not open for its client."""
    if session.error and not session.got:
        return []
    return [f"the session opened, and {len(session.got)} messages came back"]


def check_not_at_the_shadow(scene: Scene, session: Session) -> list[str]:
    """Say what the shadow received of a session beside one request like any other."""
    found = _copies(scene, session)
    opened = [each for each in found if each.messages is not None]
    twice = [f"the shadow received {len(found)} copies of one request"] if len(found) > 1 else []
    return twice + [
        f"the shadow opened the session and got {each.messages} messages" for each in opened
    ]


def check_at_the_shadow(scene: Scene, session: Session, count: int) -> list[str]:
    """Say how the shadow did not receive one session of so many messages."""
    found = _copies(scene, session)
    if len(found) != 1:
        return [f"the shadow received {len(found)} copies of what opens the session"]
    got = found[0].messages
    told = "opened no session" if got is None else f"opened the session and got {got} messages"
    return [] if got == count else [f"the shadow {told}, and not {count}"]


def _copies(scene: Scene, session: Session) -> list[Received]:
    """Return the copies of what opened a session, once what was sent later has arrived."""
    arrived = copies.all_but_sentinels(scene)
    return [each for each in arrived if each.request_id == session.request_id]
