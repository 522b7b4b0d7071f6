"""Which service makes the copies."""

from features.support.errors import MissingAbilityError
from features.support.scene import Scene


def tool(scene: Scene) -> str:
    """Return the service that makes the copies; raises MissingAbilityError where there is none."""
    if scene.gateway is None or scene.gateway.tool is None:
        raise MissingAbilityError("this gateway has no mirroring tool beside it")
    return scene.gateway.tool
