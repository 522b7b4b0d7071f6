"""Changes of configurations that lift a limit, at a price."""

from collections.abc import Iterator

from features.support.operator import live_edits
from features.support.operator.live_edits import Edit
from features.support.scene import Scene

_MIRRORED = "            mirror /_copy;\n"


def close_connections(scene: Scene) -> Iterator[None]:
    """Let Nginx close connections on its mirrored routes, and reload; undo it."""
    closing = f"            keepalive_timeout 0;\n{_MIRRORED}"
    return live_edits.edited(scene, "nginx", [Edit(_MIRRORED, closing, times=2)])
