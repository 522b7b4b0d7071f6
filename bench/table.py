"""What was measured, as Markdown that people read and as JSON that programs read."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.figures import CostFigures, Spread
from bench.loads import CONNECTIONS, PAUSING, RATE
from bench.rows import PLAIN, WELL
from bench.targets import TargetVerdict, judge
from features.support.gateways.catalogue import CATALOGUE


@dataclass(frozen=True)
class BenchRun:
    """How it was measured: when, on what, how long, with which versions, and what could not be."""

    date: str
    machine: str
    seconds: int
    rounds: int
    minutes: float
    load: float  # the machine's, of the minute before it began
    versions: Mapping[str, str]
    not_run: Mapping[str, str]


_Cell = Callable[[CostFigures], str]


def render(figures: Sequence[CostFigures], run: BenchRun) -> str:
    """Return the whole page: the chart, how to read it, the targets, tables for each condition."""
    lines = [*_opening(run), "", "## Targets", "", *_targets(judge(figures))]
    for condition in dict.fromkeys(each.condition for each in figures):
        chosen = [each for each in figures if each.condition == condition]
        lines += ["", f"## {condition.capitalize()}"]
        lines += ["", "As many requests as can be answered:", "", *_table(_FULL, chosen)]
        lines += ["", f"At {RATE:,} requests/s:", "", *_table(_FIXED, chosen)]
    return "\n".join(lines) + "\n"


def to_json(figures: Sequence[CostFigures], run: BenchRun) -> str:
    """Return medians with the shadow well by gateway, and all spreads below `conditions`."""
    gateways: dict[str, dict[str, object]] = {}
    for each in figures:
        entry = gateways.setdefault(each.gateway, {"version": run.versions.get(each.gateway)})
        spreads = each.spreads()
        if each.condition == WELL:
            entry |= {name: round(value.middle, 3) for name, value in spreads.items()}
        conditions = entry.setdefault("conditions", {})
        assert isinstance(conditions, dict)
        conditions[each.condition] = {
            **{name: [round(number, 3) for number in value] for name, value in spreads.items()},
            "errors": each.errors,
            "fixed_errors": each.fixed_errors,
        }
    page = {
        "measured": f"{run.date}, {run.machine}",
        "rate": RATE,
        "gateways": gateways,
        "not_run": run.not_run,
    }
    return json.dumps(page, indent=1, ensure_ascii=False) + "\n"


def _opening(run: BenchRun) -> Iterable[str]:
    versions = ", ".join(dict.fromkeys(run.versions.values()))
    yield from (
        "# What mirroring costs",
        "",
        f"Measured by `bench/gateways.py` on {run.date}, on {run.machine}, in {run.minutes:.0f}"
        " minutes:",
        f"rounds: {run.rounds}, seconds a load: {run.seconds}. Clients, gateway, tool, primary and"
        " shadow share these",
        f"cores. What else ran had a load average of {run.load:.1f} before it began.",
        f"The gateways run on {versions}.",
        *(f"Not measured: {name} ({reason})." for name, reason in run.not_run.items()),
        "",
        "![Throughput and added latency of each gateway](cost.svg)",
        "",
        f"Each gateway is loaded by wrk with GET requests: with as many as {CONNECTIONS}"
        " connections can send, and with",
        f"{RATE:,} a second, for which {PAUSING} connections pause at random before each request."
        " Cells are medians,",
        "with the least and the most of all rounds in brackets; `-` where nothing was answered.",
        "",
        f"- {_on_one_thread()} have one thread to serve clients with, and so has the primary: more"
        " would",
        "  only wait for each other and for clients on these cores.",
        f"- `of plain` compares with plain {PLAIN} under the same load, within seconds.",
        "- `of itself` and `added` compare with the route of the same running gateway that is not",
        "  mirrored. Where a tool sees that route as well, its cost is in both.",
        "- µs are CPU time per answered request, of the gateway and of the tool beside it, with all"
        " their workers.",
        "  At the fixed rate a request takes more of it than under full load, where one waking"
        " serves many.",
        "- `copies %` are copies that the shadow got per request that the primary got. Under full"
        " load the",
        "  machine is full, so it shows what is lost by a way that is overrun. Of a shadow that is"
        " late most",
        "  copies are dropped, which keeps clients fast. Above 100 % copies of the load before were"
        " still on",
        "  their way.",
        "- A condition is measured once it has lasted for a second of load. What clients feel when"
        " it begins",
        "  is specified in `features/mirroring/`.",
        "- A tool that works takes cores from gateway and clients here, and clients wait for them."
        " What a way",
        "  itself adds shows more clearly where its tool is frozen or dead.",
    )


def _on_one_thread() -> str:
    """Name the programs that can have one thread, and have it while they are measured."""
    able = [each for each in CATALOGUE.values() if each.one_thread]
    *names, last = dict.fromkeys(each.front_service.title for each in able)
    return f"{', '.join(names)} and {last}"


def _targets(verdicts: Iterable[TargetVerdict]) -> Iterable[str]:
    yield "| gateway | condition | what | target | measured | |"
    yield "| --- | --- | --- | ---: | ---: | --- |"
    for each in verdicts:
        target = each.target
        bound = f"{'≥' if target.at_least else '≤'} {target.bound:g}"
        result = {True: "met", False: "**not met**", None: "not measured"}[each.met]
        cells = (target.gateway, target.condition, target.what, bound)
        yield f"| {' | '.join(cells)} | {_text(each.measured, 2)} | {result} |"


def _shown(name: str, digits: int) -> _Cell:
    return lambda each: _text(each.spreads().get(name), digits)


_FULL: Mapping[str, _Cell] = {
    "gateway": lambda each: each.gateway,
    "requests/s": _shown("rate", 0),
    "of plain": _shown("of_plain", 2),
    "of itself": _shown("of_itself", 2),
    "p99 ms": _shown("p99_ms", 1),
    "gateway µs": _shown("gateway_us", 0),
    "tool µs": _shown("tool_us", 0),
    "copies %": _shown("copies_percent", 0),
    "errors": lambda each: str(each.errors),
}
_FIXED: Mapping[str, _Cell] = {
    "gateway": lambda each: each.gateway,
    "requests/s": _shown("fixed_rate", 0),
    "p50 ms": _shown("fixed_p50_ms", 2),
    "added p50 ms": _shown("added_p50_ms", 2),
    "p99 ms": _shown("fixed_p99_ms", 2),
    "added p99 ms": _shown("added_p99_ms", 2),
    "p99 of plain": _shown("fixed_p99_of_plain", 2),
    "gateway µs": _shown("fixed_gateway_us", 0),
    "tool µs": _shown("fixed_tool_us", 0),
    "copies %": _shown("fixed_copies_percent", 1),
    "errors": lambda each: str(each.fixed_errors),
}


def _table(columns: Mapping[str, _Cell], rows: Iterable[CostFigures]) -> Iterable[str]:
    yield "| " + " | ".join(columns) + " |"
    yield "| --- |" + " ---: |" * (len(columns) - 1)
    for row in rows:
        yield "| " + " | ".join(cell(row) for cell in columns.values()) + " |"


def _text(value: Spread | None, digits: int) -> str:
    if value is None:
        return "-"
    # Adding 0.0 makes a zero of what would be read as "-0.00".
    low, middle, high = (f"{round(number, digits) + 0.0:.{digits}f}" for number in value)
    return f"{middle} ({low} to {high})"
