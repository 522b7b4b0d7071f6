"""How the share of route v2 is changed in each gateway that can change it while it runs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from features.support.operator import live_edits
from features.support.operator.live_edits import Edit
from features.support.scene import Scene


@dataclass(frozen=True)
class Share:
    """Where a configuration says the share, and what it says instead for another, in percent.

    `role` is whose configuration that is, the tool's or the front's; `file` another file beside it.
    `none` is what is no share, for gateways that take it for one while they run.
    """

    role: str
    old: str
    new: Callable[[int], str]
    file: str = ""
    none: str = ""


_AGENT = Share(
    "tool",
    "prefix: /api/v2\n    share: 50\n",
    lambda share: f"prefix: /api/v2\n    share: {share}\n",
)
SHARES: Mapping[str, Share] = {
    "HAProxy with SPOE": _AGENT,
    "HAProxy with a log ring": _AGENT,
    "HAProxy with Lua": Share(
        "front",
        "v2 { rand(10000) lt 5000 }",
        lambda share: f"v2 {{ rand(10000) lt {share * 100} }}",
    ),
    "Nginx": Share(
        "front",
        "        50% 1;\n",
        lambda share: f"        {share}% 1;\n" if share else "",  # a part of 0 % is refused
    ),
    "Traefik": Share(
        "front",
        "percent: 50}",
        lambda share: f"percent: {share}}}",
        file="routes/routes.yaml",
        none="percent: much}",
    ),
    "APISIX": Share(
        "front",
        "sample_ratio: 0.5\n",
        # It takes no share of 0, so the plugin is switched off.
        lambda share: f"sample_ratio: {share / 100}\n" if share else "_meta: {disable: true}\n",
        none="sample_ratio: 50\n",
    ),
}


def set_share(scene: Scene, share: int) -> Iterator[None]:
    """Set the share of route v2, in percent, and let it take effect; when resumed, undo it.

    Raises CannotFindOutError when the configuration is not as expected.
    """
    gateway = scene.in_front
    if gateway.name == "Envoy":
        return live_edits.set_live(scene, f"mirror.v2={share}", undo="mirror.v2=")
    known = SHARES[gateway.name]
    edit = Edit(known.old, known.new(share))
    return live_edits.edited(scene, gateway.playing(known.role), [edit], known.file)


def set_none(scene: Scene) -> Iterator[None]:
    """Write what is no share for route v2 into the configuration of the gateway; undo it."""
    known = SHARES[scene.in_front.name]
    return live_edits.mistaken(scene, scene.in_front.front, Edit(known.old, known.none), known.file)
