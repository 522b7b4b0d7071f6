"""What an operator changes of the mirroring while a gateway runs; each change is undone in the end.

How each gateway is changed stands in its description.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from features.support.errors import MissingAbilityError
from features.support.gateways.model import SecondShadow, Setting, needed
from features.support.operator import live_edits
from features.support.scene import Scene

# Nobody listens there, neither on this machine nor in a container.
NOBODY = "127.0.0.1:1"


@contextmanager
def share(scene: Scene, percent: int) -> Iterator[None]:
    """Set the share of route v2, in percent, and let it take effect; undo it.

    Raises CannotFindOutError when the configuration is not as expected.
    """
    known = needed(scene.in_front.share, scene.in_front, "share")
    with live_edits.edited(scene, known.role, [known.edit(percent)], known.file):
        yield


@contextmanager
def share_by_restart(scene: Scene, percent: int) -> Iterator[None]:
    """Set the share of route v2, in percent, and restart the mirroring tool; undo it."""
    gateway = scene.in_front
    known = needed(gateway.share, gateway, "share")
    effecting = needed(gateway.restarted, gateway, "restarted")
    edits = {known.file: [known.edit(percent)]}
    with live_edits.changed(scene, known.role, edits, effecting):
        scene.await_flow()
        yield


@contextmanager
def invalid_share(scene: Scene) -> Iterator[None]:
    """Write an invalid share of route v2 into the configuration of the gateway; undo it."""
    known = scene.in_front.share
    if known is None or known.invalid is None:
        raise MissingAbilityError(f"{scene.in_front.name} declares no invalid share")
    with live_edits.mistaken(scene, known.invalid, known.file):
        yield


@contextmanager
def second_shadow(scene: Scene, address: str | None = None) -> Iterator[None]:
    """Let the gateway mirror to a second shadow, at an address or at the shadow's second port.

    Raises CannotFindOutError when the configuration is not as expected.
    """
    gateway = scene.in_front
    known = needed(gateway.second_shadow, gateway, "second_shadow")
    at = address or scene.stack.address_inside("shadow", "second")
    with ExitStack() as made:
        for part in _parts(known):
            change = live_edits.changed(scene, part.role, part.edits(at), part.effect)
            made.enter_context(change)
        scene.await_flow(probes=1)  # more of them would make the gateway leave a dead one alone
        if scene.noted is not None:  # a new process counts anew
            scene.note_account()
        yield


def _parts(known: SecondShadow) -> list[SecondShadow]:
    return [*([known.beside] if known.beside else []), known]


@contextmanager
def workaround(scene: Scene) -> Iterator[None]:
    """Change the gateway's configuration so that a limit of it is lifted, at a price; undo it."""
    gateway = scene.in_front
    edit = needed(gateway.workaround, gateway, "workaround")
    with live_edits.edited(scene, "front", [edit]):
        yield


@contextmanager
def setting(scene: Scene, known: Setting) -> Iterator[None]:
    """Write a setting into the configuration of a role's service, and let it take effect; undo it.

    Raises CannotFindOutError when the configuration is not as expected.
    """
    with live_edits.changed(scene, known.role, {known.file: known.edits}, known.effecting):
        yield
