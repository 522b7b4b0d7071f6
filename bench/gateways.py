"""What mirroring costs: each way against plain HAProxy, side by side on this machine.

python -m bench.gateways [SECONDS] [ROUNDS]; writes docs/cost.md. Load only against 127.0.0.1.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.origins import Origin
from bench.table import Row, render
from features.support import options
from features.support.gateways import CATALOGUE, Gateway
from features.support.stack.local import LocalStack
from features.support.traffic import Address, request, send
from features.support.waiting import watch

_CONNECTIONS = 32
_TARGET = Path(__file__).resolve().parents[1] / "docs" / "cost.md"
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_WORST = re.compile(r"99%\s+([\d.]+)(us|ms|s)\b")
_ERRORS = re.compile(r"(?:Non-2xx or 3xx responses:|connect|read|write|timeout) (\d+)")
_TO_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_TICKS = os.sysconf("SC_CLK_TCK")


class Measured(LocalStack):
    """A local stack whose primary and shadow are fast services instead of recorders."""

    def use(self, name: str, origin: Origin) -> None:
        """Let an origin play a service."""
        self._processes[name] = origin.process
        for port in ("service", "second", "control"):
            self._addresses[name, port] = origin.address

    def seconds(self, service: str) -> float:
        """Return the CPU time that all processes of a service have used."""
        group = self._processes[service].pid
        listed = subprocess.run(
            ["ps", "-o", "pid=", "-g", str(group)], capture_output=True, text=True, check=False
        )
        return sum(_cpu(pid) for pid in listed.stdout.split())


def _cpu(pid: str) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass(frozen=True)
class Load:
    """What wrk saw: requests per second, the 99th percentile in milliseconds, errors."""

    rate: float
    worst: float
    errors: int


def load(entry: Address, seconds: int) -> Load:
    """Send as much as can be answered."""
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", "--latency"]
    done = subprocess.run(
        [*command, f"http://{entry}/api/v1"], capture_output=True, text=True, check=True
    )
    rate, worst = _RATE.search(done.stdout), _WORST.search(done.stdout)
    if rate is None or worst is None:
        raise SystemExit(f"wrk said nothing that can be read: {done.stdout}")
    errors = sum(int(count) for count in _ERRORS.findall(done.stdout))
    return Load(float(rate[1]), float(worst[1]) * _TO_MS[worst[2]], errors)


def measure(stack: Measured, gateway: Gateway, shadow: Origin, name: str, seconds: int) -> Row:
    """Load one gateway, and see what its services used and what its shadow got."""
    services = [each.name for each in gateway.services]
    before = {each: stack.seconds(each) for each in services}
    arrived = shadow.requests() if shadow.process.running else 0
    seen = load(stack.address(gateway.front, gateway.entry), seconds)
    used = {each: stack.seconds(each) - before[each] for each in services}
    sent = max(1.0, seen.rate * seconds)
    copies = _settled(shadow) - arrived if shadow.process.running else 0
    front = used.pop(gateway.front)
    return Row(
        gateway.name,
        name,
        seen.rate,
        seen.worst,
        front / sent * 1e6,
        sum(used.values()) / sent * 1e6,
        copies / sent * 100,
        seen.errors,
    )


def _settled(shadow: Origin) -> int:
    """Return what the shadow got once no more comes."""
    seen: list[int] = []

    def look() -> int:
        seen.append(shadow.requests())
        return seen[-1]

    return watch(look, lambda now: seen[-3:] == [now] * 3, within=15, every=0.2).value


def measure_all(directory: Path, seconds: int) -> list[Row]:
    """Measure every gateway that can run here under every condition, each on a stack of its own."""
    rows = []
    for condition in ("shadow well", "shadow 500 ms late", "shadow dead", "tool frozen"):
        stack = Measured(options.parse({"stack": "local"}))
        primary = Origin("primary", directory)
        shadow = Origin("shadow", directory, slow="late" in condition)
        stack.use("primary", primary)
        stack.use("shadow", shadow)
        try:
            primary.start()
            shadow.start()
            for gateway in CATALOGUE.values():
                if stack.why_not(gateway) or (condition == "tool frozen" and not gateway.tool):
                    continue
                stack.start(gateway)
                if gateway.mirrors:
                    _await_flow(stack, gateway, shadow)
                _prepare(stack, gateway, shadow, condition)
                rows.append(measure(stack, gateway, shadow, condition, seconds))
                print(rows[-1], flush=True)
                _undo(stack, gateway, shadow, condition)
        finally:
            stack.down()
    return rows


def _await_flow(stack: Measured, gateway: Gateway, shadow: Origin) -> None:
    """Wait until copies arrive, so that no start falls into what is measured."""
    before = shadow.requests()

    def arrived() -> int:
        send(stack.address(gateway.front, gateway.entry), request("GET", "/api/v1"))
        return shadow.requests() - before

    watch(arrived, lambda count: count > 0, within=15, every=0.1)


def _prepare(stack: Measured, gateway: Gateway, shadow: Origin, condition: str) -> None:
    if condition == "shadow dead":
        shadow.process.stop()
    if condition == "tool frozen" and gateway.tool:
        stack.pause(gateway.tool)


def _undo(stack: Measured, gateway: Gateway, shadow: Origin, condition: str) -> None:
    if condition == "shadow dead":
        shadow.start()
    if condition == "tool frozen" and gateway.tool:
        stack.resume(gateway.tool)
    for service in gateway.services:
        stack.stop(service.name)


def main(arguments: Sequence[str]) -> int:
    """Measure some rounds and write the table."""
    if shutil.which("wrk") is None:
        print("bench: there is no wrk on this machine (Debian: apt install wrk)", file=sys.stderr)
        return 1
    seconds = int(arguments[0]) if arguments else 4
    rounds = int(arguments[1]) if len(arguments) > 1 else 3
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with TemporaryDirectory(prefix="bench-") as directory:
        rows = [row for _ in range(rounds) for row in measure_all(Path(directory), seconds)]
    _TARGET.write_text(render(rows, seconds, rounds))
    print(f"bench: {_TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
