"""Whether the shadow received the share of copies that was asked for."""

import math
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from features.support.checks.copies import await_sentinels
from features.support.errors import CannotFindOutError
from features.support.policy.load import Policy
from features.support.scene import Scene
from features.support.waiting import watch

_DEVIATIONS = 4  # chance alone is outside once in 16,000 runs
_FEWEST = 1000
_WITHIN = 10.0


@dataclass(frozen=True)
class Band:
    """How many of so many requests may be copied when a share, in percent, is asked for."""

    requests: int
    share: float
    least: int
    most: int

    def __str__(self) -> str:
        wanted = f"{self.least} to {self.most}" if self.least < self.most else f"{self.least}"
        return f"{self.share:g} % of {self.requests} are {wanted} copies"


def band(requests: int, share: float, *, exact: bool = False) -> Band:
    """Return the band of 4 standard deviations around a share, in percent.

    0 and 100 % are exact, and so is every share, but for the last request, if `exact`: a gateway
    that counts instead of drawing lots. Raises CannotFindOutError when the requests are too few to
    tell the share from nothing, or from all.
    """
    expected = requests * Fraction(str(share)) / 100
    if exact or share in (0, 100):
        return Band(requests, share, math.floor(expected), math.ceil(expected))
    part = Fraction(str(share)) / 100
    rarer = min(part, 1 - part)
    needed = max(_FEWEST, math.floor(_DEVIATIONS**2 * (1 - rarer) / rarer) + 1)
    if requests < needed:
        raise CannotFindOutError(
            f"{requests} requests are too few to judge a share of {share:g} %: send {needed}"
        )
    reach = _DEVIATIONS * math.sqrt(requests * part * (1 - part))
    return Band(
        requests, share, math.ceil(float(expected) - reach), math.floor(float(expected) + reach)
    )


def check_policy_share(scene: Scene, policy: Policy, *, exact: bool = False) -> list[str]:
    """Say how the copies are not the share that a policy asks for.

    Raises CannotFindOutError unless all requests of the scenario are on one route.
    """
    routes = [policy.route(target) for target in {each.sent.target for each in scene.exchanges}]
    prefixes = {each.path_prefix for each in routes}
    if len(prefixes) != 1:
        raise CannotFindOutError(f"a share is judged on one route, not on {len(prefixes)}")
    return check_share(scene, routes[0].share, exact=exact)


def check_share(scene: Scene, share: float, *, exact: bool = False) -> list[str]:
    """Say how the copies are not the share that was asked for, or that a request has two."""
    wanted = band(len(scene.exchanges), share, exact=exact)
    await_sentinels(scene)
    watch(lambda: len(scene.copies()) >= wanted.least, until=bool, within=_WITHIN)
    times = Counter(each.request_id for each in scene.copies())
    found = [f"{name} was copied {count} times" for name, count in times.items() if count > 1]
    if not wanted.least <= len(times) <= wanted.most:
        found.append(f"{len(times)} were copied, but {wanted}")
    return found
