"""How the shadow fails, and the proof that it really did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from features.support.errors import StackError
from features.support.scene import Scene
from features.support.wire.client import ClientError, ClientTimeoutError, request, send
from features.support.wire.exchange import Answer
from features.support.wire.recorder import Fault, Recorder

_MB = 1024 * 1024
# More than any buffer of a gateway, less than keeps two cores busy with copies alone.
_LONG = 300 * 1024
_PATIENCE = 0.5  # seconds after which a service counts as silent


@dataclass(frozen=True)
class Failure:
    """What a recorder is told to do, and how somebody who asks it directly sees that.

    `reached` tells whether copies arrive all the same, `frozen` that the service is halted: it
    neither accepts connections, beyond the few that the system does for it, nor reads.
    """

    seen: Callable[[Answer | ClientError], bool]
    faults: Mapping[str, Fault] = field(default_factory=dict)
    reached: bool = True
    frozen: bool = False


def _late(seen: Answer | ClientError) -> bool:
    return isinstance(seen, Answer) and seen.elapsed >= 2


def silent(seen: Answer | ClientError) -> bool:
    """Tell whether nothing came in time."""
    return isinstance(seen, ClientTimeoutError)


def broken(seen: Answer | ClientError) -> bool:
    """Tell whether there was no whole answer, and not for lack of patience."""
    return isinstance(seen, ClientError) and not isinstance(seen, ClientTimeoutError)


def _in_error(seen: Answer | ClientError) -> bool:
    return isinstance(seen, Answer) and seen.status == 500


def _long(seen: Answer | ClientError) -> bool:
    return isinstance(seen, Answer) and len(seen.body) == _LONG


FAILURES: Mapping[str, Failure] = {
    "answers 2 seconds late": Failure(_late, {"delay": 2}),
    "never answers": Failure(silent, {"hang": True}),
    "refuses connections": Failure(broken, {"refuse": True}, reached=False),
    "is gone": Failure(broken, reached=False),
    "answers with an error": Failure(_in_error, {"status": 500}),
    "breaks off every answer": Failure(broken, {"answer_bytes": _MB, "drop_answer_at": 1000}),
    "answers with 300 KB": Failure(_long, {"answer_bytes": _LONG}),
    "resets every connection": Failure(broken, {"drop_answer_at": 0}),
    "stops in the middle of each answer": Failure(
        silent, {"answer_bytes": _MB, "hang_answer_at": 1000}
    ),
    "is frozen": Failure(silent, reached=False, frozen=True),
}


def begin(scene: Scene, name: str) -> None:
    """Let the shadow fail in one of these ways."""
    failure = FAILURES[name]
    if failure.frozen:
        scene.pause("shadow")
    elif failure.faults:
        scene.misbehave("shadow", **failure.faults)
    else:
        scene.stop("shadow")


def end(scene: Scene, name: str) -> None:
    """Let the shadow be as well as before, and wait until clients are served."""
    if FAILURES[name].frozen:
        scene.stack.resume("shadow")
    scene.restore("shadow")


def check_failure(scene: Scene, name: str) -> list[str]:
    """Say how the shadow did not fail as told, to one who asks it and to the way of mirroring."""
    failure = FAILURES[name]
    seen = ask(scene.shadow, _PATIENCE if failure.seen is silent else None)
    found = [] if failure.seen(seen) else [f"the shadow itself answered: {seen}"]
    if not scene.in_front.mirrors or (failure.reached and not scene.copies()):
        felt = "no copy reached the shadow, so its failure was felt by nobody"
        found.append(felt + scene.says())
    return found


def ask(recorder: Recorder, silent_after: float | None = None) -> Answer | ClientError:
    """Send a recorder a request directly; return what came of it."""
    try:
        return send(recorder.service, request("GET", "/api/v1"), silent_after)
    except ClientError as reason:
        return reason
    except StackError as reason:  # a container that is gone has no address
        return ClientError(str(reason))
