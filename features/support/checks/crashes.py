"""Signs in the logs of services that something crashed, whatever clients noticed of it."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import takewhile

PROVOKES = "provokes."  # how a scenario's tag begins that announces a kind of crash
_SHOWN = 5  # lines in a message
_TRACE = "traceback"

KINDS: Mapping[str, re.Pattern[str]] = {
    "alert": re.compile(r"\[(?:ALERT|alert|emerg|critical)\]"),
    "panic": re.compile(r"\bpanic: |\bpanicked at |^fatal error: "),
    _TRACE: re.compile(r"Traceback \(most recent call last\)"),
    "core-dump": re.compile(r"core dumped"),
    "worker-exit": re.compile(
        r"\bworker\b.*\bexited (?:with code [1-9]|on signal)|\bworker exited\b"
    ),
    "segfault": re.compile(r"segmentation fault|segfault|SIGSEGV", re.IGNORECASE),
}
# HAProxy alerts of a service that has failed, which is news of that service and no crash; Nginx
# alerts that it may not raise a limit where it does not run as root. 143 is how a HAProxy ends that
# was told to.
_HARMLESS = re.compile(
    r"has no server available|setrlimit\(RLIMIT_NOFILE|exited with code 143 \(Terminated\)"
)


def kinds_of(line: str) -> set[str]:
    """Return the kinds of crashes that a line of a log tells of."""
    if _HARMLESS.search(line):
        return set()
    return {kind for kind, pattern in KINDS.items() if pattern.search(line)}


def check_crashes(logs: Mapping[str, str], announced: Collection[str]) -> list[str]:
    """Say which lines of logs, by service, tell of crashes that were not announced."""
    found = list(_unannounced(logs, announced))
    more = [f"and {len(found) - _SHOWN} lines more"] if len(found) > _SHOWN else []
    return found[:_SHOWN] + more


def _unannounced(logs: Mapping[str, str], announced: Collection[str]) -> Iterator[str]:
    for service, text in logs.items():
        lines = text.splitlines()
        for number, line in enumerate(lines):
            kinds = kinds_of(line)
            if kinds and kinds.isdisjoint(announced):
                end = _traced(lines[number + 1 :]) if _TRACE in kinds else []
                told = " ".join([line.strip(), *end])
                yield f"the log of {service} tells of a crash ({min(kinds)}): {told}"


def _traced(following: Sequence[str]) -> list[str]:
    """Return of a traceback where it ends, and with what."""
    calls = list(takewhile(lambda line: line.startswith(" "), following))
    place = [line.strip() for line in calls if line.lstrip().startswith("File ")][-1:]
    return [*place, *following[len(calls) : len(calls) + 1]]


class LogReader:
    """Reads of logs that grow only what was not read before."""

    def __init__(self) -> None:
        self._read: dict[str, int] = {}

    def news(self, logs: Mapping[str, str]) -> dict[str, str]:
        """Return the rest of each whole log; one that has become shorter is read anew."""
        new = {name: text[self._begin(name, text) :] for name, text in logs.items()}
        self._read |= {name: len(text) for name, text in logs.items()}
        return new

    def _begin(self, name: str, text: str) -> int:
        read = self._read.get(name, 0)
        return read if read <= len(text) else 0
