"""Load from wrk: as much as can be answered, or at a fixed rate.

Each load is bounded in time and in connections, and goes to 127.0.0.1.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
RATE = 2000
# At the fixed rate clients pause between requests, so long that what an answer takes hardly counts.
PAUSING = 200
_MOST_PAUSING = 400  # at a higher rate they pause shorter instead
_PAUSES, _BODIES = (Path(__file__).with_name(name) for name in ("paced.lua", "body.lua"))
# Of the time of a load at a fixed rate; what is left is for the last answers.
_SENDING = 0.85
_TIMEOUT = 2  # seconds that a request may take
_TO_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
_TOTAL = re.compile(r"(\d+) requests in ([\d.]+)(ms|s|m),")
_PERCENTILE = re.compile(r"^\s*(50|99)%\s+([\d.]+)(us|ms|s|m)$", re.MULTILINE)
_REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)")
_SENT = re.compile(r"^Sent in ([\d.]+)s$", re.MULTILINE)
_BROKEN = re.compile(r"(?:connect|read|write|timeout) (\d+)")


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


def missing() -> str | None:
    """Return a line that says what this machine lacks, None when it lacks nothing."""
    if shutil.which("wrk"):
        return None
    return "there is no wrk on this machine (Debian: apt install wrk)"


def saturate(url: str, seconds: int, body: int = 0) -> Load:
    """Send as much as can be answered, with bodies of so many bytes."""
    posting = ("-s", str(_BODIES), url, "--", str(body)) if body else (url,)
    return _wrk(seconds, CONNECTIONS, *posting)


def pace(url: str, seconds: int, rate: int = RATE, body: int = 0) -> Load:
    """Send so many requests a second, at times that do not depend on the answers.

    Answers that take as long as the pauses (100 ms at the usual rate) do slow the clients down.
    Where they do not, each request is answered before this returns.
    """
    connections = max(8, min(_MOST_PAUSING, PAUSING * rate // RATE))
    pause = max(1, round(1000 * connections / rate))
    told = map(str, (pause, int(rate * seconds * _SENDING), body))
    return _wrk(seconds, connections, "-s", str(_PAUSES), url, "--", *told)


def parse(text: str) -> Load:
    """Read what wrk reports; answers other than 2xx and 3xx count as errors only."""
    total = _TOTAL.search(text)
    if total is None:
        raise ValueError(f"wrk said nothing that can be read: {text}")
    refused = sum(int(count) for count in _REFUSED.findall(text))
    broken = sum(int(count) for count in _BROKEN.findall(text))
    answered = int(total[1]) - refused
    times = {name: float(number) * _TO_MS[unit] for name, number, unit in _PERCENTILE.findall(text)}
    seconds = float(total[2]) * _TO_MS[total[3]] / 1000
    sent = _SENT.search(text)
    if sent and float(sent[1]):  # all was sent, and after that answers were waited for
        seconds = float(sent[1])
    if not answered or not seconds:
        return Load(0, 0.0, None, None, refused + broken)
    return Load(answered, answered / seconds, times.get("50"), times.get("99"), refused + broken)


def _wrk(seconds: int, connections: int, *arguments: str) -> Load:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    command += ["--timeout", f"{_TIMEOUT}s", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=seconds + 30
    )
    if done.returncode:
        reason = done.stderr.strip() or f"exit code {done.returncode}"
        raise ValueError(f"{' '.join(command)}: {reason}")
    return parse(done.stdout)
