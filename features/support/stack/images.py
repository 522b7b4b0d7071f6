"""The images of a stack of containers."""

from collections.abc import Sequence

from features.support.errors import StackError
from features.support.stack.compose import BY_HAND, OURS, Compose
from features.support.stack.engine import Engine


def provide(services: Sequence[str], compose: Compose, engine: Engine) -> None:
    """Build our images, quick when nothing changed; pull a missing one that the user named."""
    images = dict(zip(services, compose.images(services), strict=True))
    ours = [name for name, image in images.items() if image.startswith(OURS)]
    missing = [name for name in images if name not in ours and not engine.has(images[name])]
    if missing:
        compose.pull(missing)
    if not ours:
        return
    try:
        Compose(BY_HAND).build(ours)
    except StackError as reason:
        hint = "where no registry can be reached, docker/base-image.sh makes the base image"
        raise StackError(f"{reason}; {hint}") from None
