"""GAL's syntax: each key of a policy file, what it may say, and what it is where it is absent.

GAL takes what it does not understand for something else: a misspelt sample_percentage mirrors
everything. Here whatever is not exactly its syntax is an error.
"""

import difflib
import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from features.support.policy.places import Loc, shown

T = TypeVar("T")


class SectionError(ValueError):
    """What is wrong at a place below a section, or with a key of it."""

    def __init__(self, message: str, *below: str | int, key: str | None = None) -> None:
        super().__init__(message)
        self.below = below
        self.key = key


class Section(BaseModel):
    """Keys with values; `unread` are keys of GAL that may be there and are not looked into."""

    model_config = ConfigDict(strict=True, frozen=True)
    unread: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        fields = (each.alias or name for name, each in cls.model_fields.items())
        known = (*fields, *cls.unread.split())
        for key in data if isinstance(data, dict) else ():
            if key not in known:
                hint = _closest(str(key), known)
                raise SectionError(f"unknown key {shown(str(key))}{hint}", key=str(key))
        return data


def _closest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _among(what: str, words: str) -> AfterValidator:
    known = words.split()

    def check(text: str) -> str:
        if text not in known:
            hint = _closest(text, known) or f"; known: {', '.join(known)}"
            raise ValueError(f"is no {what}{hint}")
        return text

    return AfterValidator(check)


def _must(test: Callable[[Any], object], what_else: str) -> AfterValidator:
    def check(value: Any) -> Any:
        if not test(value):
            raise ValueError(what_else)
        return value

    return AfterValidator(check)


def _like(pattern: str, what_else: str) -> AfterValidator:
    return _must(re.compile(pattern, re.ASCII).fullmatch, what_else)


def _within(low: int, high: int, what: str) -> AfterValidator:
    return _must(lambda number: low <= number <= high, f"is no {what} from {low} to {high}")


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def _all_different(items: Iterable[tuple[Loc, str]]) -> None:
    seen: set[str] = set()
    for place, text in items:
        if text in seen:
            raise SectionError(f"there is another {text}", *place)
        seen.add(text)


def _kind_of_upstream(data: Any) -> str:
    return "balanced" if isinstance(data, dict) and "targets" in data else "single"


Several = Annotated[list[T], Field(min_length=1)]
_name = _like(r"[A-Za-z0-9][\w.-]{0,62}", "is no name: letters, digits and . _ - after the first")
_HOST_NAME = re.compile(r"(?!.*\.\.)\w([\w.-]{0,251}\w)?", re.ASCII)
_duration = _like(r"(?=.*[1-9])\d{1,9}(\.\d{1,3})?(ms|s|m|h)", "is no time such as 500ms or 5s")
_path = _like(
    r"(/[\w.~!$&'()*+,;=:@%-]+)+/?|/", "is no path: it has a blank, a query or an empty part"
)
_methods = "GET HEAD POST PUT PATCH DELETE OPTIONS PURGE TRACE CONNECT"
_providers = "gal envoy kong apisix traefik nginx haproxy azure_apim aws_apigateway gcp_apigateway"
_header_value = _like(r"([!-~]([ -~]{0,4000}[!-~])?)?", "is no header's value: printable ASCII")
Name = Annotated[str, _name]
Host = Annotated[
    str,
    _must(lambda text: _is_address(text) or text.strip("0123456789."), "is no address"),
    _must(lambda text: _is_address(text) or _HOST_NAME.fullmatch(text), "is no host"),
]
Port = Annotated[int, _within(1, 65535, "port")]
Duration = Annotated[str, _duration]
HeaderName = Annotated[str, _like(r"[!#$%&'*+.^_`|~\w-]{1,200}", "is no header's name")]
HeaderValue = Annotated[str, _header_value]
Method = Annotated[str, _among("method", _methods)]
# A slash at its end says nothing more.
PathPrefix = Annotated[
    str,
    _like(r"/.*", "does not begin with /"),
    _path,
    AfterValidator(lambda path: path.rstrip("/") or "/"),
]


class Upstream(Section):
    """Where requests or copies go, and how much of them if there are several."""

    host: Host
    port: Port
    weight: Annotated[int, _within(1, 1_000_000, "weight")] = 1


class Single(Upstream):
    """The only upstream of a service."""

    unread = "health_check load_balancer"


class Balanced(Section):
    """Several upstreams of a service."""

    targets: Several[Upstream]
    unread = Single.unread


class Target(Section):
    """A shadow of a route: its share in percent, how long a copy may take, headers it bears."""

    name: Name
    upstream: Upstream
    sample_percentage: Annotated[float, _within(0, 100, "percentage")] = 100.0
    timeout: Duration = "5s"
    headers: dict[HeaderName, HeaderValue] = {}


class Mirroring(Section):
    """What of a route is mirrored."""

    enabled: bool
    targets: Several[Target] = []
    mirror_request_body: bool = True
    mirror_headers: bool = True

    @model_validator(mode="after")
    def _check_targets(self) -> Self:
        if self.enabled and not self.targets:
            raise SectionError("is enabled, but has no targets")
        _all_different((("targets", i, "name"), each.name) for i, each in enumerate(self.targets))
        return self


def mirrored(share: float) -> Mirroring:
    """Return what mirrors a share, in percent, to one shadow."""
    upstream = Upstream(host="127.0.0.1", port=8081)
    shadow = Target(name="shadow", upstream=upstream, sample_percentage=share)
    return Mirroring(enabled=True, targets=[shadow])


class Route(Section):
    """A path prefix; without `methods` all are served."""

    path_prefix: PathPrefix
    methods: Several[Method] = []
    mirroring: Mirroring = Mirroring(enabled=False)
    unread = (
        "rate_limit authentication headers cors websocket circuit_breaker body_transformation "
        "timeout retry grpc_transformation traffic_split advanced_routing advanced_routing_targets"
    )

    @model_validator(mode="after")
    def _check_methods(self) -> Self:
        _all_different((("methods", i), each) for i, each in enumerate(self.methods))
        return self

    @property
    def targets(self) -> list[Target]:
        """Return the shadows that get copies."""
        return self.mirroring.targets if self.mirroring.enabled else []

    @property
    def share(self) -> float:
        """Return the share of its requests that the first target gets, in percent."""
        return self.targets[0].sample_percentage if self.targets else 0.0

    def has(self, target: str) -> bool:
        """Tell whether a request's target is the prefix or below it."""
        path = target.partition("?")[0]
        return path == self.path_prefix or path.startswith(f"{self.path_prefix.rstrip('/')}/")


class RoutedService(Section):
    """Routes that share upstreams."""

    name: Name
    type: Annotated[str, _among("type of a service", "rest grpc")]
    protocol: Annotated[str, _among("protocol", "http http2 grpc")]
    upstream: Annotated[
        Annotated[Single, Tag("single")] | Annotated[Balanced, Tag("balanced")],
        Discriminator(_kind_of_upstream),
    ]
    routes: Several[Route]
    unread = "transformation azure_apim"


class Global(Section):
    """What a gateway has once."""

    host: Host = "0.0.0.0"
    port: Port = 10000
    admin_port: Port = 9901
    timeout: Duration = "30s"
    unread = "logging metrics azure_apim aws_apigateway gcp_apigateway kong"


class Document(Section):
    """A whole policy file."""

    version: Annotated[str, _like(r"\d{1,4}\.\d{1,4}", "is no version such as 1.0")]
    provider: Annotated[str, _among("provider of GAL", _providers)]
    global_: Global = Field(default=Global(), alias="global")
    services: Several[RoutedService]
    unread = "plugins proto_descriptors"

    @model_validator(mode="after")
    def _check_services(self) -> Self:
        services = list(enumerate(self.services))
        _all_different((("services", i, "name"), each.name) for i, each in services)
        _all_different(
            (("services", i, "routes", j, "path_prefix"), route.path_prefix)
            for i, each in services
            for j, route in enumerate(each.routes)
        )
        return self
