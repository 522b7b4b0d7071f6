"""What can be configured, and each default. Times in seconds, sizes in bytes."""

from dataclasses import dataclass, field

from .address import Address as Address  # noqa: PLC0414 - others take it from here
from .declaration import optional, required, setting, several
from .readers import (
    certificates,
    flag,
    header_value,
    integer,
    listener,
    marker,
    number,
    one_of,
    prefix,
    remote,
    removable,
    seconds,
    size,
    token,
    variable,
)
from .readers import name as plain_name

KIB = 1024
MIB = 1024 * KIB
_TIB = 1024 * 1024 * MIB
_HOUR = 3600.0
_WHERE = "missing: where to listen, such as 127.0.0.1:12345"
_CONNECTIONS = integer(1, 100_000)
_TIMEOUT = seconds(0.001, _HOUR)


@dataclass(frozen=True)
class SpoeInput:
    """The SPOE input."""

    listen: Address = required(
        "listen", listener, "host:port for HAProxy's SPOE", example=":0", missing=_WHERE
    )
    max_connections: int = setting(
        "max_connections", _CONNECTIONS, "2000", "about one per client that waits at the same time"
    )
    max_frame_size: int = setting(
        "max_frame_size",
        size(256, 64 * MIB),
        "1MiB",
        "HAProxy offers tune.bufsize - 4; the smaller counts",
    )
    ack_variable: str | None = optional(
        "ack_variable", variable, "HAProxy 3.1.0 to 3.1.5: a variable that acknowledgements set"
    )


@dataclass(frozen=True)
class RingInput:
    """The log ring input."""

    listen: Address = required(
        "listen", listener, "host:port for HAProxy's log ring", example=":0", missing=_WHERE
    )
    max_connections: int = setting("max_connections", _CONNECTIONS, "64", "one per HAProxy process")


_GATEWAY_HEADERS = (
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "X-Request-Id",
    "Forwarded",
    "Via",
)


@dataclass(frozen=True)
class Copies:
    """What a copy looks like."""

    marker: str = setting("marker", marker, "X-Mirrored-By", "the header added to every copy")
    marker_value: str | None = optional(
        "marker_value", header_value, "a secret shared with HAProxy, which tells forged markers"
    )
    remove_headers: tuple[str, ...] = several(
        "remove_headers", removable, "headers that copies lack", tuple, ()
    )
    gateway_headers: tuple[str, ...] = several(
        "gateway_headers",
        token,
        "what the gateway sets, so that no client can take it from copies by naming it in"
        " `Connection`",
        tuple,
        _GATEWAY_HEADERS,
    )
    cut_bodies: str = setting(
        "cut_bodies",
        one_of("skip", "mark"),
        "skip",
        "a body that HAProxy's buffer cut: `skip` sends no copy, `mark` what there is",
    )


@dataclass(frozen=True)
class Shadow:
    """A service that gets copies, and what it may cost."""

    name: str = required("name", plain_name, "its name in figures and logs", example="shadow")
    host: str = required("address", remote, "host:port of the service", example="shadow:80")
    port: int = 0  # of the address as well
    host_header: str | None = optional(
        "host", header_value, "Host of the copies; without it they keep the client's"
    )
    connections: int = setting(
        "connections",
        integer(1, 10_000),
        "1536",
        "keep-alive connections, at most: 64, and more while copies wait and answers take no"
        " longer for it; copies per second = connections / seconds of an answer",
    )
    connect_timeout: float = setting("connect_timeout", _TIMEOUT, "1s", "until a connection stands")
    answer_timeout: float = setting(
        "answer_timeout", _TIMEOUT, "5s", "from sending a copy to the end of its answer"
    )
    idle_timeout: float = setting("idle_timeout", _TIMEOUT, "4s", "less than the shadow's own")
    answer_limit: int = setting(
        "answer_limit", size(0, _TIB), "1MiB", "a longer answer is cut off; the copy counts as sent"
    )
    queue_items: int = setting(
        "queue.items", integer(1, 10_000_000), "10000", "copies that wait for a connection"
    )
    queue_bytes: int = setting(
        "queue.bytes", size(1024, _TIB), "64MiB", "their bytes; what does not fit is dropped"
    )
    queue_time: float = setting(
        "queue.time", seconds(0.01, _HOUR), "10s", "what waited longer is dropped"
    )
    failures: int = setting(
        "circuit.failures",
        integer(1, 1_000_000),
        "5",
        "after so many failures in a row the shadow is left alone",
    )
    retry: float = setting(
        "circuit.retry", seconds(0.01, _HOUR), "500ms", "between attempts to reach it meanwhile"
    )
    tls: bool = False
    tls_verify: bool = setting("tls.verify", flag, "true", "whether its certificate is verified")
    tls_ca: str | None = optional("tls.ca", certificates, "PEM file of authorities")
    tls_name: str | None = optional(
        "tls.name", plain_name, "in the certificate; default: the address"
    )


@dataclass(frozen=True)
class Route:
    """A path prefix with its policy: share in percent; methods or shadows None means all."""

    prefix: str = required(
        "prefix",
        prefix,
        "a path and everything below it; the longest that matches decides",
        example="/",
        missing="missing: the path prefix of the route",
    )
    share: float = setting("share", number(0, 100), "100", "percent of its requests")
    methods: frozenset[str] | None = several("methods", token, "all by default", frozenset, None)
    shadows: tuple[str, ...] | None = several("shadows", token, "all by default", tuple, None)


@dataclass(frozen=True)
class Settings:
    """The whole configuration."""

    shadows: tuple[Shadow, ...]
    routes: tuple[Route, ...] = (Route("/"),)
    spoe: SpoeInput | None = None
    ring: RingInput | None = None
    metrics: Address | None = optional(
        "metrics.listen", listener, "host:port of /metrics and /healthz", missing=_WHERE
    )
    copies: Copies = field(default_factory=Copies)
    workers: int = setting(
        "workers",
        integer(1, 64),
        "1",
        "processes that share SPOE connections: for several HAProxy processes, not for one",
    )
    drain: float = setting(
        "drain", seconds(0, _HOUR), "5s", "at SIGTERM: how long copies that wait may take"
    )
    log_format: str = setting(
        "log.format", one_of("text", "json"), "text", "lines of key=value, or JSON objects"
    )
    log_level: str = setting(
        "log.level", one_of("info", "warning", "error"), "info", "the least that is logged"
    )

    def fixed(self) -> tuple[object, ...]:
        """Return what only a restart can change."""
        return (self.spoe, self.ring, self.metrics, self.workers, self.log_format, self.log_level)


# The sections of the file, for who lists all settings.
SECTIONS = (
    ("inputs.spoe.", SpoeInput),
    ("inputs.ring.", RingInput),
    ("copies.", Copies),
    ("shadows[].", Shadow),
    ("routes[].", Route),
    ("", Settings),
)
