"""Trace headers taken out of copies, where another header is taken out by a line of its own."""

from features.support.gateways.model import Edit
from features.support.wire.payloads import TRACES


def without_traces(line: str, removing: str) -> Edit:
    """Return the edit that takes out trace headers as well, below a line of a configuration.

    `removing` is a line that takes out a header, with {} for its name.
    """
    return Edit(line, line + "".join(removing.format(name) for name in TRACES))
