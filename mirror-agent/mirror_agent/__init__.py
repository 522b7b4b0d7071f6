"""A request mirroring agent for HAProxy: it receives requests and sends copies to shadows."""

__version__ = "1.0.0"
