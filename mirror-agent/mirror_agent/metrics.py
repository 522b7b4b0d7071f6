"""The account as Prometheus metrics."""

import os
import resource
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from . import log
from .account import Figure


class _Kind(NamedTuple):
    counter: bool
    labels: tuple[str, ...]
    text: str


_SHADOW, _REASON = ("shadow",), ("shadow", "reason")

_KINDS = {
    "requests": _Kind(True, ("input",), "Requests that HAProxy handed over."),
    "received": _Kind(
        True, _SHADOW, "Requests received: the sum of sent, dropped, failed and in_flight."
    ),
    "sent": _Kind(True, _SHADOW, "Copies that the shadow answered, whatever it said."),
    "dropped": _Kind(True, _REASON, "Requests of which this shadow was sent no copy."),
    "failed": _Kind(True, _REASON, "Copies to which the shadow gave no answer."),
    "in_flight": _Kind(False, _SHADOW, "Copies that wait or are being sent."),
    "answers": _Kind(True, ("shadow", "code"), "Answers by the class of their status."),
    "answer_seconds": _Kind(True, _SHADOW, "Time from sending copies to their answers' begin."),
    "queued": _Kind(False, _SHADOW, "Copies that wait for a connection."),
    "queued_bytes": _Kind(False, _SHADOW, "Bytes of the copies that wait."),
    "connections": _Kind(False, _SHADOW, "Open connections to the shadow."),
    "connections_limit": _Kind(False, _SHADOW, "Connections that the shadow may have at present."),
    "connections_wanted": _Kind(
        False,
        _SHADOW,
        "Connections that would have sufficed (rate times delay) when copies were last dropped"
        " for want of them.",
    ),
    "circuit_open": _Kind(False, _SHADOW, "Workers that leave the shadow alone for a while."),
    "forged_markers": _Kind(True, (), "Requests whose marker was not ours; it was replaced."),
    "cut_sent": _Kind(True, (), "Copies sent although their body was cut, marked as such."),
    "healthchecks": _Kind(True, (), "HAProxy's health checks answered."),
    "input_connections": _Kind(False, ("input",), "Open connections from HAProxy."),
    "held_bytes": _Kind(False, ("input",), "Bytes of incomplete messages."),
    "closed": _Kind(True, ("input", "reason"), "Connections closed for what the peer did."),
    "ring_lost": _Kind(True, (), "Log lines that HAProxy numbered and that never arrived."),
    "ring_reported": _Kind(True, (), "Log lines that HAProxy itself said it dropped."),
    "ring_repeated": _Kind(True, (), "Log lines with a number that had arrived before."),
    "ring_before_first": _Kind(
        True,
        (),
        "Log lines numbered before the first that arrived: an earlier run of the agent had them,"
        " or they are lost.",
    ),
    "ring_refused": _Kind(
        True, (), "Log lines of what HAProxy refused unread (400): no requests, so not received."
    ),
    "errors": _Kind(True, (), "Requests that met an error of the agent; dropped as malformed."),
    "workers": _Kind(False, (), "Worker processes that are up."),
    "worker_restarts": _Kind(True, (), "Worker processes that died and were replaced."),
    "log_lines_dropped": _Kind(True, (), "Lines of the log that nobody read in time."),
    "cpu_seconds": _Kind(True, (), "CPU time used by the workers."),
    "resident_bytes": _Kind(False, (), "Memory of the workers."),
    "open_files": _Kind(False, (), "Descriptors that the workers hold."),
}


def figures_table() -> str:
    """Return all figures as the table of the README."""
    lines = ["| figure | labels | meaning |", "| --- | --- | --- |"]
    for name, kind in _KINDS.items():
        shown = f"{name}_total" if kind.counter else name
        lines.append(f"| `{shown}` | {', '.join(kind.labels)} | {kind.text} |")
    return "\n".join(lines) + "\n"


CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def own_process() -> Iterator[Figure]:
    """Return what the operating system knows about this process."""
    usage = os.times()
    yield "workers", (), 1
    yield "log_lines_dropped", (), log.dropped()
    yield "cpu_seconds", (), usage.user + usage.system
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        yield "resident_bytes", (), pages * resource.getpagesize()
        yield "open_files", (), len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names only
    except OSError:
        return  # not Linux: these two are missing


class _Figures(Collector):
    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for name, kind in _KINDS.items():
            family = CounterMetricFamily if kind.counter else GaugeMetricFamily
            families[name] = family(f"mirror_agent_{name}", kind.text, labels=kind.labels)
        for name, labels, value in self._figures:
            families[name].add_metric(labels, value)
        yield from families.values()


def render(figures: Iterable[Figure]) -> bytes:
    """Return figures, of which no two have the same name and labels, in Prometheus' format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(figures))
    return generate_latest(registry)
