"""How latency grows with the rate, and what larger bodies cost: plain and with each way.

python -m bench.sweep [SECONDS] [--only NAME] [--into DIRECTORY]
writes sweep.md, sweep.json and sweep.svg. Load only against 127.0.0.1.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench import curves
from bench.gateways import chosen, command, machine
from bench.loads import Load, missing, pace, saturate
from bench.rounds import settled
from bench.rows import MIRRORED, WELL
from bench.stack import Subject, running, why_not
from features.support.errors import StackError
from features.support.gateways.model import Gateway

_REPORTS = Path(__file__).resolve().parents[1] / "reports"
_LEAST = 500  # requests a second
_OF_THE_MOST = (0.25, 0.5, 0.75, 0.9)
_BODIES = (1024, 16 * 1024, 64 * 1024)  # bytes
_RATE_OF_BODIES = 500  # which every gateway can answer with the largest of them


class Curve(NamedTuple):
    """One gateway: the most it answers a second, p99 by rate, and what bodies of a size cost.

    `points` are rates that were answered and p99 in ms; `bodies` are bytes, the most requests
    that are answered a second, p99 in ms at a low rate, and copies per request there in percent.
    """

    gateway: str
    most: float
    points: list[tuple[float, float | None]]
    bodies: list[tuple[int, float, float | None, float | None]]


def main(arguments: Sequence[str]) -> int:
    """Measure each gateway once and write what it gave."""
    parser = argparse.ArgumentParser(prog="python -m bench.sweep")
    parser.add_argument("seconds", nargs="?", type=int, default=2, help="of each load")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--into", type=Path, default=_REPORTS, metavar="DIRECTORY")
    asked = parser.parse_args(arguments)
    if lacking := missing():
        print(f"bench: {lacking}", file=sys.stderr)
        return 1
    found, reasons, load = [], {}, os.getloadavg()[0]
    for gateway in chosen(asked.only):
        try:
            if reason := why_not(gateway):
                raise StackError(reason)
            found.append(measure(gateway, asked.seconds))
        except (StackError, ValueError) as failure:
            reasons[gateway.name] = str(failure).splitlines()[0]
            print(f"bench: not measured: {gateway.name}: {failure}", flush=True)
            continue
        print(f"bench: {gateway.name}: {found[-1].most:.0f}/s at most", flush=True)
    if not found:
        return 1
    write(asked.into, found, f"{datetime.now(UTC):%Y-%m-%d}, {machine()}, load {load:.1f} before")
    return 0


def measure(gateway: Gateway, seconds: int) -> Curve:
    """Return what one gateway gives; raises StackError or ValueError."""
    with running(gateway) as subject:
        url = subject.url(MIRRORED)
        saturate(url, 1)
        most = saturate(url, seconds).rate
        rates = sorted({_LEAST, *(int(most * part) for part in _OF_THE_MOST)})
        seen = [pace(url, seconds, rate) for rate in rates if _LEAST <= rate <= most]
        bodies = [_with_body(subject, size, seconds) for size in _BODIES]
        return Curve(gateway.name, most, [(each.rate, each.p99) for each in seen], bodies)


def _with_body(
    subject: Subject, size: int, seconds: int
) -> tuple[int, float, float | None, float | None]:
    url = subject.url(MIRRORED)
    full = saturate(url, seconds, size)
    subject.await_answers()
    before, requests = settled(subject, WELL), subject.requests()
    calm: Load = pace(url, seconds, _RATE_OF_BODIES, size)
    after = settled(subject, WELL)
    sent = subject.requests() - requests
    share = None if before is None or after is None or not sent else (after - before) / sent * 100
    return size, full.rate, calm.p99, share


def write(directory: Path, found: Sequence[Curve], measured: str) -> None:
    """Write the figures as JSON, as Markdown, and the picture."""
    directory.mkdir(parents=True, exist_ok=True)
    page = {"measured": measured, "gateways": {each.gateway: each._asdict() for each in found}}
    (directory / "sweep.json").write_text(json.dumps(page, indent=1) + "\n")
    points = {each.gateway: each.points for each in found}
    (directory / "sweep.svg").write_text(curves.draw(points))
    (directory / "sweep.md").write_text(render(found, measured))
    print(f"bench: {directory / 'sweep.md'}")


def render(found: Sequence[Curve], measured: str) -> str:
    """Return the page: the picture, p99 by rate, and what bodies cost."""
    sizes = [f"{size // 1024} KB" for size in _BODIES]
    heads = [f"{size} {what}" for size in sizes for what in ("requests/s", "p99 ms", "copies %")]
    lines = [
        *("# How latency grows with the rate, and what bodies cost", ""),
        f"Measured by `bench/sweep.py` on {measured}. Clients, gateway, tool, primary and shadow",
        "share these cores. Each figure is one load; docs/cost.md has those of several rounds.",
        *("", "![p99 against the rate, for each gateway](sweep.svg)", "", "## Rates", ""),
        *("| gateway | requests/s at most | p99 ms (at requests/s) |", "| --- | ---: | --- |"),
        *(
            f"| {each.gateway} | {each.most:.0f} | "
            f"{', '.join(f'{_ms(p99)} ({rate:.0f})' for rate, p99 in each.points)} |"
            for each in found
        ),
        *("", "## Bodies", ""),
        f"Requests a second are the most; p99 and copies are at {_RATE_OF_BODIES} a second.",
        "Copies of the load before may still be on their way: then more than 100 % come, or few",
        "find room.",
        *("", f"| gateway | {' | '.join(heads)} |", f"| --- |{' ---: |' * len(heads)}"),
        *(
            f"| {each.gateway} | "
            + " | ".join(
                f"{most:.0f} | {_ms(p99)} | {'-' if share is None else f'{share:.0f}'}"
                for _, most, p99, share in each.bodies
            )
            + " |"
            for each in found
        ),
    ]
    return "\n".join(lines) + "\n"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


if __name__ == "__main__":
    command(main)
