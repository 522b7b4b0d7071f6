"""The policy: what share of each route's requests is mirrored (docker/mirroring-config.yaml)."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from features.support.errors import PolicyError
from features.support.paths import DOCKER
from features.support.policy.places import Loc, Source, read, shown
from features.support.policy.schema import Document, Route, SectionError, mirrored

REFERENCE = DOCKER / "mirroring-config.yaml"
# Routes that scenarios rely on: sentinels travel on v1, and copies of v3 would be strangers.
_RELIED_ON = {"/api/v1": 100.0, "/api/v3": 0.0}
_ELSEWHERE = 40.0  # percentage points; far more than chance explains
# What pydantic finds wrong, in the words of who writes the file.
_NEEDED = {
    "string_type": "text is",
    "int_type": "a whole number is",
    "float_type": "a number is",
    "bool_type": "true or false is",
    "list_type": "a list is",
    "too_short": "a list is",
    "model_type": "keys with values are",
    "dict_type": "keys with values are",
}


@dataclass(frozen=True)
class Policy:
    """All routes of a file, in its order."""

    file: str
    routes: tuple[Route, ...]

    def route(self, target: str) -> Route:
        """Return the route of a request, by the longest prefix; raises PolicyError without one."""
        found = [route for route in self.routes if route.has(target)]
        if not found:
            known = ", ".join(route.path_prefix for route in self.routes)
            raise PolicyError(f"{self.file}: there is no route for {target} among {known}")
        return max(found, key=lambda route: len(route.path_prefix))

    def asking_elsewhere(self, target: str) -> "Policy":
        """Return the same policy with another share of a request's route, 40 points away."""
        old = self.route(target)
        share = old.share - _ELSEWHERE if old.share >= 50 else old.share + _ELSEWHERE
        changed = old.model_copy(update={"mirroring": mirrored(share)})
        routes = tuple(changed if each is old else each for each in self.routes)
        return dataclasses.replace(self, routes=routes)


def load(path: Path = REFERENCE) -> Policy:
    """Read a policy that the features can ask for.

    Raises PolicyError, in one line, for the first thing that is wrong.
    """
    source, document = _parse(path)
    places = dict(_routes(document))
    policy = Policy(source.file, tuple(places.values()))
    relied_on = {id(policy.route(prefix)): share for prefix, share in _RELIED_ON.items()}
    for place, route in places.items():
        if problem := _unfit(route, relied_on.get(id(route))):
            raise source.error(problem, place)
    return policy


def parse(path: Path) -> Policy:
    """Read any policy in GAL's syntax; raises PolicyError as `load` does."""
    source, document = _parse(path)
    return Policy(source.file, tuple(route for _, route in _routes(document)))


def _unfit(route: Route, needed: float | None) -> str | None:
    if needed is not None and route.share != needed:
        return f"the features need {needed:g} % of {route.path_prefix} mirrored"
    if len(route.targets) > 1:
        return f"{len(route.targets)} targets, but there is one shadow"
    whole = route.mirroring.mirror_request_body and route.mirroring.mirror_headers
    return None if whole or not route.share else "the features need copies with body and headers"


def _parse(path: Path) -> tuple[Source, Document]:
    source = read(path)
    try:
        return source, Document.model_validate(source.data)
    except ValidationError as reason:
        raise _error(source, reason.errors()[0]) from reason


def _routes(document: Document) -> Iterator[tuple[Loc, Route]]:
    for i, service in enumerate(document.services):
        for j, route in enumerate(service.routes):
            yield ("services", i, "routes", j), route


def _error(source: Source, found: ErrorDetails) -> PolicyError:
    loc, reason = found["loc"], found.get("ctx", {}).get("error")
    if isinstance(reason, SectionError):
        return source.error(str(reason), loc + reason.below, reason.key)
    if found["type"] == "missing":
        return source.error(f"{loc[-1]} is missing", loc[:-1])
    written = shown(str(loc[-2])) if loc[-1:] == ("[key]",) else source.written(loc)
    if reason is not None:
        return source.error(f"{written} {reason}", loc)
    return source.error(
        f"{_NEEDED.get(found['type'], 'another value is')} needed, not {written}", loc
    )
