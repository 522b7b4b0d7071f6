"""The policy: what share of each route's requests is mirrored (docker/mirroring-config.yaml).

The file is in GAL's syntax. GAL takes what it does not understand for something else: a misspelt
sample_percentage mirrors everything. Here whatever is not exactly its syntax is an error.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from features.support.errors import PolicyError
from features.support.paths import DOCKER
from features.support.policy import values as words
from features.support.policy.nodes import Value, read

REFERENCE = DOCKER / "mirroring-config.yaml"
# GAL's keys: what is needed, what is read, and what is only known.
_TOP = ("version", "provider", "services"), ("global", "plugins", "proto_descriptors")
_GLOBAL = ("host", "port", "admin_port", "timeout")
_GLOBAL_UNREAD = ("logging", "metrics", "azure_apim", "aws_apigateway", "gcp_apigateway", "kong")
_SERVICE = ("name", "type", "protocol", "upstream", "routes"), ("transformation", "azure_apim")
_BALANCED = ("health_check", "load_balancer")
_ROUTE = ("methods", "mirroring")
_ROUTE_UNREAD = (
    *("rate_limit", "authentication", "headers", "cors", "websocket", "circuit_breaker"),
    *("body_transformation", "timeout", "retry", "grpc_transformation", "traffic_split"),
    *("advanced_routing", "advanced_routing_targets"),
)
_MIRRORING = ("targets", "mirror_request_body", "mirror_headers")
_TARGET = ("name", "upstream"), ("sample_percentage", "timeout", "headers")
# Routes that scenarios rely on: sentinels travel on v1, and copies of v3 would be strangers.
_RELIED_ON = {"/api/v1": 100.0, "/api/v3": 0.0}
_ELSEWHERE = 40.0  # percentage points; far more than chance explains


@dataclass(frozen=True)
class Upstream:
    """Where requests or copies go, and how much of them if there are several."""

    host: str
    port: int
    weight: int = 1


@dataclass(frozen=True)
class Target:
    """A shadow of a route: its share in percent, seconds a copy may take, headers it bears."""

    name: str
    upstream: Upstream
    share: float = 100.0
    timeout: float = 5.0
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Route:
    """A path prefix; `methods` is None for all, `targets` are empty where nothing is mirrored."""

    prefix: str
    methods: tuple[str, ...] | None
    upstreams: tuple[Upstream, ...]
    targets: tuple[Target, ...] = ()
    bodies: bool = True
    headers: bool = True
    place: str = ""

    @property
    def share(self) -> float:
        """Return the share of its requests that is mirrored, in percent.

        Raises PolicyError where there are several targets: there is one shadow to count at.
        """
        if len(self.targets) > 1:
            raise PolicyError(f"{self.place}: {len(self.targets)} targets, but there is one shadow")
        return self.targets[0].share if self.targets else 0.0

    def has(self, target: str) -> bool:
        """Tell whether a request's target is the prefix or below it."""
        path = target.partition("?")[0]
        return path == self.prefix or path.startswith(f"{self.prefix.rstrip('/')}/")


@dataclass(frozen=True)
class Policy:
    """All routes of a file, in its order."""

    file: str
    routes: tuple[Route, ...]

    def route(self, target: str) -> Route:
        """Return the route of a request, by the longest prefix; raises PolicyError without one."""
        found = [route for route in self.routes if route.has(target)]
        if not found:
            known = ", ".join(route.prefix for route in self.routes)
            raise PolicyError(f"{self.file}: there is no route for {target} among {known}")
        return max(found, key=lambda route: len(route.prefix))

    def asking_elsewhere(self, target: str) -> "Policy":
        """Return the same policy with another share of a request's route, 40 points away."""
        old = self.route(target)
        new = old.share - _ELSEWHERE if old.share >= 50 else old.share + _ELSEWHERE
        shadow = old.targets[0] if old.targets else Target("shadow", Upstream("127.0.0.1", 8081))
        changed = dataclasses.replace(old, targets=(dataclasses.replace(shadow, share=new),))
        routes = tuple(changed if each is old else each for each in self.routes)
        return dataclasses.replace(self, routes=routes)


def load(path: Path = REFERENCE) -> Policy:
    """Read a policy that the features can ask for.

    Raises PolicyError, in one line, for the first thing that is wrong.
    """
    policy = parse(path)
    for prefix, share in _RELIED_ON.items():
        route = policy.route(prefix)
        if route.share != share:
            raise PolicyError(f"{route.place}: the features need {share:g} % of {prefix} mirrored")
    for route in policy.routes:
        if route.share and not (route.bodies and route.headers):
            raise PolicyError(f"{route.place}: the features need copies with body and headers")
    return policy


def parse(path: Path) -> Policy:
    """Read any policy in GAL's syntax; raises PolicyError as `load` does."""
    whole = read(path)
    top = whole.keys(*_TOP)
    top["version"].text(words.version)
    top["provider"].text(words.provider)
    if "global" in top:
        _check_global(top["global"])
    return Policy(whole.file, _routes(top["services"]))


def _check_global(section: Value) -> None:
    found = section.keys((), (*_GLOBAL, *_GLOBAL_UNREAD))
    for key, word in (("host", words.host), ("timeout", words.duration)):
        if key in found:
            found[key].text(word)
    for key in ("port", "admin_port"):
        if key in found:
            found[key].number(words.port)


def _routes(services: Value) -> tuple[Route, ...]:
    found: list[Route] = []
    names: list[str] = []
    for service in services.items():
        keys = service.keys(*_SERVICE)
        names.append(_new(keys["name"], words.name, names))
        keys["type"].text(words.kind)
        keys["protocol"].text(words.protocol)
        upstreams = _upstreams(keys["upstream"])
        for route in keys["routes"].items():
            found.append(_route(route, upstreams, [each.prefix for each in found]))
    return tuple(found)


def _upstreams(value: Value) -> tuple[Upstream, ...]:
    if "targets" in value.entries():
        keys = value.keys(("targets",), _BALANCED)
        return tuple(_upstream(each) for each in keys["targets"].items())
    return (_upstream(value, _BALANCED),)


def _upstream(value: Value, known: Iterable[str] = ("weight",)) -> Upstream:
    keys = value.keys(("host", "port"), known)
    weight = keys["weight"].number(words.weight) if "weight" in keys else 1
    return Upstream(keys["host"].text(words.host), keys["port"].number(words.port), weight)


def _route(value: Value, upstreams: tuple[Upstream, ...], others: Collection[str]) -> Route:
    keys = value.keys(("path_prefix",), (*_ROUTE, *_ROUTE_UNREAD))
    prefix = _new(keys["path_prefix"], words.prefix, others)
    methods: list[str] = []
    for method in keys["methods"].items() if "methods" in keys else ():
        methods.append(_new(method, words.method, methods))
    route = Route(prefix, tuple(methods) or None, upstreams, place=value.place())
    return _mirrored(route, keys["mirroring"]) if "mirroring" in keys else route


def _mirrored(route: Route, value: Value) -> Route:
    keys = value.keys(("enabled",), _MIRRORING)
    enabled = keys["enabled"].flag()
    if enabled and "targets" not in keys:
        raise value.error("is enabled, but has no targets")
    targets: list[Target] = []
    for target in keys["targets"].items() if "targets" in keys else ():
        targets.append(_target(target, [each.name for each in targets]))
    body, headers = (key not in keys or keys[key].flag() for key in _MIRRORING[1:])
    return dataclasses.replace(
        route,
        targets=tuple(targets) if enabled else (),
        bodies=body,
        headers=headers,
        place=value.place(),
    )


def _target(value: Value, others: Collection[str]) -> Target:
    keys = value.keys(*_TARGET)
    target = Target(_new(keys["name"], words.name, others), _upstream(keys["upstream"]))
    if "sample_percentage" in keys:
        share = keys["sample_percentage"].number(words.percentage)
        target = dataclasses.replace(target, share=share)
    if "timeout" in keys:
        target = dataclasses.replace(target, timeout=keys["timeout"].text(words.duration))
    if "headers" in keys:
        target = dataclasses.replace(target, headers=_headers(keys["headers"]))
    return target


def _headers(value: Value) -> tuple[tuple[str, str], ...]:
    entries = value.entries()
    for name, text in entries.items():
        try:
            words.header_name(name)
        except ValueError as reason:
            raise text.error(str(reason)) from reason
    return tuple((name, text.text(words.header_value)) for name, text in entries.items())


def _new(value: Value, word: Callable[[str], str], others: Collection[str]) -> str:
    """Return a text that is not there yet."""
    text = value.text(word)
    if text in others:
        raise value.error(f"there is another {text}")
    return text
