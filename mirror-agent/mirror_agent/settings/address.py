"""Where to listen, or whom to connect to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """A host and a port; an empty host means all addresses."""

    host: str
    port: int

    def __str__(self) -> str:
        """Write it as in the configuration."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
