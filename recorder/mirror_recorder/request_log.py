"""One line on standard output for each request, for people who watch a stack."""

import sys
from typing import TextIO

from mirror_recorder.journal import Entry

_DIGITS = 12  # of a body's sha256: enough to see that two bodies are the same


class RequestLog:
    """Writes a line for each request that ended; stops when nobody reads any more."""

    def __init__(self, name: str, output: TextIO = sys.stdout) -> None:
        self._name = name
        self._output: TextIO | None = output

    def ended(self, entry: Entry) -> None:
        """Write what arrived, whole or cut."""
        if self._output is None:
            return
        try:
            print(line(self._name, entry), file=self._output, flush=True)
        except OSError:
            self._output = None


def line(name: str, entry: Entry) -> str:
    """Describe a request; what a terminal could take for a command is written as an escape."""
    told = entry.as_json(name)
    route = next((v for n, v in told["headers"] if n.lower() == "x-route"), "-")
    return (
        f"{name}: {_plain(told['method'])} {_plain(told['target'])} route={_plain(route)}"
        f" id={_plain(told['request_id'] or '-')} length={told['length']}"
        f" sha256={told['sha256'][:_DIGITS]} {told['state']}"
    )


def _plain(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")
