"""What can be configured. Times in seconds, sizes in bytes; the defaults are those of the file."""

from dataclasses import dataclass, field

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class Address:
    """Where to listen; an empty host means all addresses."""

    host: str
    port: int

    def __str__(self) -> str:
        """Write it as in the configuration."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class SpoeInput:
    """The SPOE input."""

    listen: Address
    max_connections: int = 2000
    max_frame_size: int = MIB
    ack_variable: str | None = None


@dataclass(frozen=True)
class RingInput:
    """The log ring input."""

    listen: Address
    max_connections: int = 64


@dataclass(frozen=True)
class Copies:
    """What a copy looks like."""

    marker: str = "X-Mirrored-By"
    marker_value: str | None = None
    remove_headers: tuple[str, ...] = ()
    cut_bodies: str = "skip"


@dataclass(frozen=True)
class Shadow:
    """A service that gets copies, and what it may cost."""

    name: str
    host: str
    port: int
    host_header: str | None = None
    connections: int = 64
    connect_timeout: float = 1.0
    answer_timeout: float = 5.0
    idle_timeout: float = 4.0
    answer_limit: int = MIB
    queue_items: int = 10_000
    queue_bytes: int = 64 * MIB
    failures: int = 5
    retry: float = 0.5
    tls: bool = False
    tls_verify: bool = True
    tls_ca: str | None = None
    tls_name: str | None = None


@dataclass(frozen=True)
class Route:
    """A path prefix with its policy: share in percent; methods or shadows None means all."""

    prefix: str
    share: float = 100.0
    methods: frozenset[str] | None = None
    shadows: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Settings:
    """The whole configuration."""

    shadows: tuple[Shadow, ...]
    routes: tuple[Route, ...] = (Route("/"),)
    spoe: SpoeInput | None = None
    ring: RingInput | None = None
    metrics: Address | None = None
    copies: Copies = field(default_factory=Copies)
    workers: int = 1
    drain: float = 5.0
    log_format: str = "text"
    log_level: str = "info"

    def fixed(self) -> tuple[object, ...]:
        """Return what only a restart can change."""
        return (self.spoe, self.ring, self.metrics, self.workers, self.log_format, self.log_level)
