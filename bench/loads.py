"""Load from tools that others keep: as much as can be answered (wrk), or at a fixed rate (vegeta).

Each load is bounded in time, in connections and in requests, and goes to 127.0.0.1.
"""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
RATE = 2000
_TIMEOUT = 2  # seconds that a request may take, for both tools
_IN_FLIGHT = 500  # requests that vegeta may have on their way before it falls behind its rate
_TOOLS = Path(__file__).resolve().parents[1] / "tools"
_TO_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
_TOTAL = re.compile(r"(\d+) requests in ([\d.]+)(ms|s|m),")
_PERCENTILE = re.compile(r"^\s*(50|99)%\s+([\d.]+)(us|ms|s|m)$", re.MULTILINE)
_REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)")
_BROKEN = re.compile(r"(?:connect|read|write|timeout) (\d+)")
# tool: how to get it
_NEEDED = {
    "wrk": "Debian: apt install wrk",
    "vegeta": "bench/install.sh builds it, or put it on PATH",
}


@dataclass(frozen=True)
class Load:
    """What clients saw: requests answered well, how many a second, percentiles in ms, errors.

    The percentiles are None where nothing was answered well.
    """

    answered: int
    rate: float
    p50: float | None
    p99: float | None
    errors: int


def missing() -> list[str]:
    """Return a line for each tool that this machine has not."""
    return [f"there is no {name} on this machine ({_NEEDED[name]})" for name in absent()]


def absent() -> list[str]:
    """Return the names of the tools that this machine has not."""
    return [name for name in _NEEDED if _find(name) is None]


def saturate(url: str, seconds: int) -> Load:
    """Send as much as can be answered."""
    command = [str(_find("wrk")), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    command += ["--timeout", f"{_TIMEOUT}s", url]
    return saturated(_run(command, seconds).decode())


def saturated(text: str) -> Load:
    """Read what wrk reports; answers other than 2xx and 3xx count as errors only."""
    total = _TOTAL.search(text)
    if total is None:
        raise ValueError(f"wrk said nothing that can be read: {text}")
    refused = sum(int(count) for count in _REFUSED.findall(text))
    broken = sum(int(count) for count in _BROKEN.findall(text))
    answered = int(total[1]) - refused
    times = {name: float(number) * _TO_MS[unit] for name, number, unit in _PERCENTILE.findall(text)}
    seconds = float(total[2]) * _TO_MS[total[3]] / 1000
    return _load(answered, seconds, times.get("50"), times.get("99"), refused + broken)


def pace(url: str, seconds: int) -> Load:
    """Send RATE requests a second, whether or not those before are answered."""
    vegeta = str(_find("vegeta"))
    attack = [vegeta, "attack", f"-rate={RATE}", f"-duration={seconds}s", "-max-body=0"]
    attack += [f"-connections={CONNECTIONS}", f"-max-workers={_IN_FLIGHT}"]
    attack += [f"-timeout={_TIMEOUT}s"]
    results = _run(attack, seconds, f"GET {url}\n".encode())
    return paced(_run([vegeta, "report", "-type=json"], seconds, results).decode())


def paced(text: str) -> Load:
    """Read vegeta's report in JSON, whose times are nanoseconds."""
    try:
        said = json.loads(text)
        answered = round(said["requests"] * said["success"])
        times = [said["latencies"][name] / 1e6 for name in ("50th", "99th")]
        seconds = said["duration"] / 1e9
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"vegeta said nothing that can be read: {text}") from None
    return _load(answered, seconds, times[0], times[1], said["requests"] - answered)


def _load(answered: int, seconds: float, p50: float | None, p99: float | None, errors: int) -> Load:
    if not answered or not seconds:
        return Load(0, 0.0, None, None, errors)
    return Load(answered, answered / seconds, p50, p99, errors)


def _find(name: str) -> Path | None:
    own = _TOOLS / name
    found = shutil.which(name)
    return own if own.is_file() else Path(found) if found else None


def _run(command: list[str], seconds: int, given: bytes = b"") -> bytes:
    # So few requests need no collection of garbage, whose pauses would show as latency.
    environment = {**os.environ, "GOGC": "off"}
    done = subprocess.run(
        command,
        input=given,
        capture_output=True,
        check=False,
        timeout=seconds + 30,
        env=environment,
    )
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        raise ValueError(f"{' '.join(command)}: {reason}")
    return done.stdout
