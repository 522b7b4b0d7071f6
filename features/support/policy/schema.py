"""GAL's syntax: each key of a policy file, what it may say, and what it is where it is absent.

GAL takes what it does not understand for something else: a misspelt sample_percentage mirrors
everything. Here whatever is not exactly its syntax is an error.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from features.support.policy.places import Loc
from features.support.policy.sections import Section, SectionError, among, like, must

T = TypeVar("T")


def _within(low: int, high: int, what: str) -> AfterValidator:
    return must(lambda number: low <= number <= high, f"is no {what} from {low} to {high}")


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def is_host(text: str) -> bool:
    """Tell whether a text is an address or a host's name, and no half of an address."""
    name = text.strip("0123456789.") and _HOST_NAME.fullmatch(text)
    return _is_address(text) or bool(name)


def _all_different(items: Iterable[tuple[Loc, str]]) -> None:
    seen: set[str] = set()
    for place, text in items:
        if text in seen:
            raise SectionError(f"there is another {text}", *place)
        seen.add(text)


def _kind_of_upstream(data: Any) -> str:
    return "balanced" if isinstance(data, dict) and "targets" in data else "single"


Several = Annotated[list[T], Field(min_length=1)]
_name = like(r"[A-Za-z0-9][\w.-]{0,62}", "is no name: letters, digits and . _ - after the first")
_HOST_NAME = re.compile(r"(?!.*\.\.)\w([\w.-]{0,251}\w)?", re.ASCII)
_duration = like(r"(?=.*[1-9])\d{1,9}(\.\d{1,3})?(ms|s|m|h)", "is no time such as 500ms or 5s")
_path = like(
    r"(/[\w.~!$&'()*+,;=:@%-]+)+/?|/", "is no path: it has a blank, a query or an empty part"
)
_METHODS = (
    *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
    *("PURGE", "TRACE", "CONNECT"),
)
_PROVIDERS = (
    *("gal", "envoy", "kong", "apisix", "traefik", "nginx", "haproxy"),
    *("azure_apim", "aws_apigateway", "gcp_apigateway"),
)
_header_value = like(r"([!-~]([ -~]{0,4000}[!-~])?)?", "is no header's value: printable ASCII")
Name = Annotated[str, _name]
Host = Annotated[
    str,
    must(lambda text: _is_address(text) or text.strip("0123456789."), "is no address"),
    must(lambda text: _is_address(text) or _HOST_NAME.fullmatch(text), "is no host"),
]
Port = Annotated[int, _within(1, 65535, "port")]
Duration = Annotated[str, _duration]
HeaderName = Annotated[str, like(r"[!#$%&'*+.^_`|~\w-]{1,200}", "is no header's name")]
HeaderValue = Annotated[str, _header_value]
Method = Annotated[str, among("method", _METHODS)]
# A slash at its end says nothing more.
PathPrefix = Annotated[
    str,
    like(r"/.*", "does not begin with /"),
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
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)


class Mirroring(Section):
    """What of a route is mirrored."""

    enabled: bool
    targets: Several[Target] = Field(default_factory=list)
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
    methods: Several[Method] = Field(default_factory=list)
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
    type: Annotated[str, among("type of a service", ("rest", "grpc"))]
    protocol: Annotated[str, among("protocol", ("http", "http2", "grpc"))]
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

    version: Annotated[str, like(r"\d{1,4}\.\d{1,4}", "is no version such as 1.0")]
    provider: Annotated[str, among("provider of GAL", _PROVIDERS)]
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
