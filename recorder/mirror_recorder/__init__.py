"""The recorder: plays the primary or the shadow, and keeps a journal of what it received."""

__version__ = "1.0.0"
