"""What configurations say of their costs is what was measured (docs/cost.json)."""

import re
from pathlib import Path
from typing import NamedTuple

from comparison import costs
from comparison.publish import COSTS
from features.support.paths import ROOT

FIGURES = costs.read(COSTS)
TOLERANCE = 1.3  # rounds of one measurement differ by as much
NUMBER = re.compile(r"(\d[\d,.]*)(?:\s+to\s+(\d[\d,.]*))?\s+(ms\b|microseconds|%)")


class Stated(NamedTuple):
    """A number of a comment, the gateway it is about, and the figure that it states."""

    file: str
    text: str
    gateway: str
    figure: str


SPOE, LUA, RING, GOREPLAY, TEEPROXY = (
    f"HAProxy with {each}" for each in ("SPOE", "Lua", "a log ring", "GoReplay", "Teeproxy")
)
STATED = [
    Stated("docker/haproxy/haproxy.cfg", "25 microseconds", "HAProxy", "gateway_us"),
    Stated("docker/haproxy-spoe/haproxy.cfg", "0.1 to 0.5 ms", SPOE, "added_p50_ms"),
    Stated("docker/haproxy-spoe/haproxy.cfg", "5 to 18 microseconds", SPOE, "added_us"),
    Stated("docker/haproxy-spoe/mirror.spoe", "0.1 to 0.5 ms", SPOE, "added_p50_ms"),
    Stated("docker/haproxy-spoe/mirror.spoe", "5 to 18 microseconds", SPOE, "added_us"),
    Stated("docker/haproxy-lua/haproxy.cfg", "40 microseconds", LUA, "copy_us"),
    Stated("docker/haproxy-lua/haproxy.cfg", "37 %", LUA, "speed"),
    Stated("docker/haproxy-ring/haproxy.cfg", "0 to 6 microseconds", RING, "added_us"),
    Stated("docker/haproxy-ring/haproxy.cfg", "0.3 ms", RING, "added_p99_ms"),
    Stated("docker/teeproxy/teeproxy.sh", "5.5 ms", TEEPROXY, "added_p50_ms"),
    Stated("docker/teeproxy/teeproxy.sh", "31 ms", TEEPROXY, "added_p99_ms"),
    Stated("docker/teeproxy/teeproxy.sh", "6 %", TEEPROXY, "speed"),
    Stated("docker/teeproxy/teeproxy.sh", "395 microseconds", TEEPROXY, "tool_us"),
    Stated("docker/teeproxy/haproxy.cfg", "5.5 ms", TEEPROXY, "added_p50_ms"),
    Stated("docker/teeproxy/haproxy.cfg", "210 microseconds", TEEPROXY, "gateway_us"),
    Stated("docker/goreplay/goreplay.sh", "52 %", GOREPLAY, "speed"),
    Stated("docker/goreplay/goreplay.sh", "36 %", GOREPLAY, "copies_percent"),
    Stated("docker/goreplay/goreplay.sh", "1.2 ms", GOREPLAY, "added_p99_ms"),
    Stated("docker/goreplay/goreplay.sh", "107 microseconds", GOREPLAY, "tool_us"),
]
# Numbers in these comments that bench does not measure: time-outs, and other loads.
OTHERS = {
    "docker/haproxy-spoe/haproxy.cfg": {"200 ms", "100 ms"},
    "docker/haproxy-ring/haproxy.cfg": {"12 to 18 microseconds", "0.4 ms", "0.5 ms"},
}
FILES = sorted(
    str(file.relative_to(ROOT))
    for file in (ROOT / "docker").glob("*/*")
    if file.is_file() and "What it costs" in file.read_text()
)


def measured(gateway: str, figure: str) -> float:
    if figure == "added_us":
        own = FIGURES.figure(gateway, "gateway_us")
        of_plain = FIGURES.figure(gateway, "gateway_us_of_plain")
        assert own is not None
        assert of_plain is not None
        return own * (1 - 1 / of_plain)
    found = FIGURES.figure(gateway, figure)
    assert found is not None, f"docs/cost.json has no {figure} of {gateway}"
    return found * (100 if figure == "speed" else 1)


def header(file: str) -> str:
    """Return what a file says of its costs, and of its limits, on one line."""
    text = (ROOT / file).read_text()
    lines = text[text.index("What it costs") :].splitlines()
    comment = [line.lstrip("#- ") for line in lines if line.startswith(("#", "--", "What"))]
    return re.sub(r"\s+", " ", " ".join(comment))


def test_a_stated_cost_is_the_one_that_was_measured() -> None:
    for stated in STATED:
        least, *more = (float(each) for each in re.findall(r"[\d.]+", stated.text))
        said = stated.text.removeprefix("0 to ")
        assert said in header(stated.file), f"{stated.file} no longer says {said!r}"
        value = measured(stated.gateway, stated.figure)
        low, high = least / TOLERANCE, max([least, *more]) * TOLERANCE
        assert low <= value <= high, f"{stated.file} says {stated.text}; measured: {value:.2f}"


def test_every_stated_cost_is_held() -> None:
    for file in FILES:
        text = header(file).partition("Its limits")[0]
        found = {match.group(0) for match in NUMBER.finditer(text)}
        known = {each.text.removeprefix("0 to ") for each in STATED if each.file == file}
        strange = found - known - OTHERS.get(file, set())
        assert not strange, f"{file}: state docs/cost.json, and add it to STATED: {strange}"


def test_what_is_named_here_exists() -> None:
    assert [name for name in OTHERS if not Path(ROOT / name).exists()] == []
