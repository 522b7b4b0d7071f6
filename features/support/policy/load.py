"""The policy: what share of each route's requests is mirrored (docker/mirroring-config.yaml)."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from features.support.errors import FileError
from features.support.paths import DOCKER
from features.support.policy.places import Loc
from features.support.policy.schema import Document, Route, mirrored
from features.support.policy.sections import validated

REFERENCE = DOCKER / "mirroring-config.yaml"
# Routes that scenarios rely on: sentinels travel on v1, and copies of v3 would be strangers.
_RELIED_ON = {"/api/v1": 100.0, "/api/v3": 0.0}
_ELSEWHERE = 40.0  # percentage points; far more than chance explains


@dataclass(frozen=True)
class Policy:
    """All routes of a file, in its order."""

    file: str
    routes: tuple[Route, ...]

    def route(self, target: str) -> Route:
        """Return the route of a request, by the longest prefix; raises FileError without one."""
        found = [route for route in self.routes if route.has(target)]
        if not found:
            known = ", ".join(route.path_prefix for route in self.routes)
            raise FileError(f"{self.file}: there is no route for {target} among {known}")
        return max(found, key=lambda route: len(route.path_prefix))

    def asking_elsewhere(self, target: str) -> "Policy":
        """Return the same policy with another share of a request's route, 40 points away."""
        old = self.route(target).share
        return self.asking(target, old - _ELSEWHERE if old >= 50 else old + _ELSEWHERE)

    def asking(self, target: str, share: float) -> "Policy":
        """Return the same policy with this share, in percent, of a request's route."""
        old = self.route(target)
        changed = old.model_copy(update={"mirroring": mirrored(share)})
        routes = tuple(changed if each is old else each for each in self.routes)
        return dataclasses.replace(self, routes=routes)


def load(path: Path = REFERENCE) -> Policy:
    """Read a policy that the features can ask for.

    Raises FileError, in one line, for the first thing that is wrong.
    """
    source, document = validated(path, Document)
    places = dict(_routes(document))
    policy = Policy(source.file, tuple(places.values()))
    relied_on = {id(policy.route(prefix)): share for prefix, share in _RELIED_ON.items()}
    for place, route in places.items():
        if problem := _unfit(route, relied_on.get(id(route))):
            raise source.error(problem, place)
    return policy


def parse(path: Path) -> Policy:
    """Read any policy in GAL's syntax; raises FileError as `load` does."""
    source, document = validated(path, Document)
    return Policy(source.file, tuple(route for _, route in _routes(document)))


def _unfit(route: Route, needed: float | None) -> str | None:
    if needed is not None and route.share != needed:
        return f"the features need {needed:g} % of {route.path_prefix} mirrored"
    if len(route.targets) > 1:
        return f"{len(route.targets)} targets, but there is one shadow"
    whole = route.mirroring.mirror_request_body and route.mirroring.mirror_headers
    return None if whole or not route.share else "the features need copies with body and headers"


def _routes(document: Document) -> Iterator[tuple[Loc, Route]]:
    for i, service in enumerate(document.services):
        for j, route in enumerate(service.routes):
            yield ("services", i, "routes", j), route
