"""What mirroring costs: each gateway against plain HAProxy and against its own unmirrored self.

python -m bench.gateways [SECONDS] [ROUNDS] [--only NAME] [--into DIRECTORY]
writes cost.md, cost.json and cost.svg. Load only against 127.0.0.1.
"""

import argparse
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from bench.chart import draw
from bench.figures import summarise
from bench.loads import missing
from bench.rounds import measure, minutes, order
from bench.rows import PLAIN, Row
from bench.stack import version, why_not
from bench.table import BenchRun, render, to_json
from features.support.errors import StackError
from features.support.gateways import spoa_mirror
from features.support.gateways.catalogue import CATALOGUE
from features.support.gateways.model import Gateway

_REPORTS = Path(__file__).resolve().parents[1] / "reports"
_QUIET = 1.0  # load average


def main(arguments: Sequence[str]) -> int:
    """Measure some rounds and write what they gave."""
    asked = _parser().parse_args(arguments)
    if lacking := missing():
        print(f"bench: {lacking}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    wanted = chosen(asked.only)
    if not wanted:
        words = " ".join(asked.only)
        print(f"bench: --only {words}: there is no such gateway", file=sys.stderr)
        return 1
    reasons = {each.name: reason for each in wanted if (reason := why_not(each))}
    able = [each for each in wanted if each.name not in reasons]
    expected = minutes(able, asked.seconds, asked.rounds)
    print(f"bench: {len(able)} gateways, about {expected:.0f} minutes", flush=True)
    for name, reason in reasons.items():
        print(f"bench: not measured: {name}: {reason}", flush=True)
    began, busy = time.monotonic(), os.getloadavg()[0]
    if busy > _QUIET:
        print(f"bench: something else runs here (load {busy:.1f}): figures will be wrong")
    rows = _measure(able, reasons, asked)
    measured = {row.cell.gateway for row in rows}
    if PLAIN not in measured or len(measured) == 1:
        print("bench: there is nothing to compare; the reasons are above", file=sys.stderr)
        return 1
    run = BenchRun(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=machine(),
        seconds=asked.seconds,
        rounds=asked.rounds,
        load=busy,
        minutes=(time.monotonic() - began) / 60,
        versions={each.name: version(each) for each in able},
        not_run=reasons,
    )
    _write(asked.into, rows, run)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.gateways")
    parser.add_argument("seconds", nargs="?", type=int, default=2, help="of each load")
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="a gateway, or a part of its name; may be given again (default: all)",
    )
    parser.add_argument("--into", type=Path, default=_REPORTS, metavar="DIRECTORY")
    return parser


def chosen(names: Sequence[str]) -> list[Gateway]:
    """Return the gateways with one of these words in their name, after plain HAProxy."""
    words = [name.lower() for name in names]
    found = [
        each
        for each in (*CATALOGUE.values(), *spoa_mirror.named())
        if each.name != PLAIN and (not words or any(word in each.name.lower() for word in words))
    ]
    return [CATALOGUE[PLAIN], *found] if found else []


def _measure(
    gateways: Sequence[Gateway], reasons: dict[str, str], asked: argparse.Namespace
) -> list[Row]:
    """Return all rows; a gateway that fails is left out of that round, and the reason kept."""
    rows: list[Row] = []
    for number, gateway in order(gateways, asked.rounds):
        try:
            measured = measure(gateway, asked.seconds, number)
        except (StackError, ValueError) as reason:
            reasons[gateway.name] = f"round {number + 1}: {str(reason).splitlines()[0].rstrip(';')}"
            print(f"bench: {gateway.name}, round {number + 1}: {reason}", file=sys.stderr)
            continue
        rows += measured
        print("\n".join(map(_line, measured)), flush=True)
    return rows


def _write(directory: Path, rows: Sequence[Row], run: BenchRun) -> None:
    figures = summarise(rows)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "cost.svg").write_text(draw(figures))
    (directory / "cost.json").write_text(to_json(figures, run))
    (directory / "cost.md").write_text(render(figures, run))
    print(f"bench: {directory / 'cost.md'}")


def _line(row: Row) -> str:
    cell, seen = row.cell, row.seen
    times = "nothing answered" if seen.p99 is None else f"p99 {seen.p99:.2f} ms"
    where = f"round {cell.round + 1}, {cell.gateway}, {cell.condition}, {cell.route}, {cell.load}"
    return f"{where}: {seen.rate:.0f}/s, {times}, {seen.errors} errors"


def machine() -> str:
    """Return the machine's cores, their model where it is told, and the system."""
    try:
        told = Path("/proc/cpuinfo").read_text().partition("model name")[2]
    except OSError:
        told = ""
    model = told.partition("\n")[0].strip("\t :") or platform.machine()
    return f"{os.cpu_count()} cores ({model}), {platform.system()}"


def command(main: Callable[[Sequence[str]], int]) -> NoReturn:
    """Run a bench as a command, which tells an interruption in a line."""
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("bench: interrupted, nothing is written", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    command(main)
