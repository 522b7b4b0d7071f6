"""What the load generators report is read right, and what cannot be read is refused."""

import json

import pytest

from bench import loads
from bench.loads import paced, saturated

_WRK = """Running 1s test @ http://127.0.0.1:18999/ok
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   432.47us  632.29us   5.51ms   91.32%
    Req/Sec    71.63k     7.18k   80.77k    50.00%
  Latency Distribution
     50%  212.00us
     75%  447.00us
     90%  844.00us
     99%    3.43ms
  71263 requests in 2.00s, 4.55MB read
Requests/sec:  35631.38
Transfer/sec:      4.54MB
"""


def test_wrk_tells_rate_and_percentiles() -> None:
    seen = saturated(_WRK)
    assert seen.answered == 71263
    assert seen.rate == 35631.5
    assert seen.p50 == pytest.approx(0.212)
    assert seen.p99 == 3.43
    assert seen.errors == 0


def test_what_is_refused_or_broken_is_an_error_and_no_answer() -> None:
    trouble = "  Socket errors: connect 1, read 2, write 3, timeout 4\n"
    seen = saturated(f"{_WRK}{trouble}  Non-2xx or 3xx responses: 71000\n")
    assert seen.answered == 263
    assert seen.rate == 131.5
    assert seen.errors == 71010


def test_nothing_answered_has_no_percentiles() -> None:
    none = "     50%    0.00us\n     99%    0.00us\n  0 requests in 2.00s, 0.00B read\n"
    assert saturated(none) == loads.Load(0, 0.0, None, None, 0)


def _vegeta(**changes: object) -> str:
    latencies = {"50th": 107116, "99th": 3361941}
    said = {"latencies": latencies, "duration": 2_000_000_000, "requests": 4000, "success": 1}
    return json.dumps({**said, **changes})


def test_vegeta_tells_percentiles_in_nanoseconds() -> None:
    seen = paced(_vegeta())
    assert (seen.answered, seen.rate, seen.errors) == (4000, 2000.0, 0)
    assert (seen.p50, seen.p99) == (0.107116, 3.361941)


def test_vegeta_counts_what_failed() -> None:
    assert paced(_vegeta(success=0.75)).errors == 1000
    assert paced(_vegeta(success=0)) == loads.Load(0, 0.0, None, None, 4000)


@pytest.mark.parametrize("read", [saturated, paced])
def test_other_output_is_refused(read: object) -> None:
    assert callable(read)
    with pytest.raises(ValueError, match="nothing that can be read: hello"):
        read("hello")


def test_a_missing_tool_is_named_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loads, "_find", lambda _: None)
    assert loads.missing() == [
        "there is no wrk on this machine (Debian: apt install wrk)",
        "there is no vegeta on this machine (bench/install.sh builds it, or put it on PATH)",
    ]
