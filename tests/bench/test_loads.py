"""What wrk reports is read right, and what cannot be read is refused."""

import pytest

from bench import loads
from bench.loads import parse

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
    seen = parse(_WRK)
    assert seen.answered == 71263
    assert seen.rate == 35631.5
    assert seen.p50 == pytest.approx(0.212)
    assert seen.p99 == 3.43
    assert seen.errors == 0


def test_what_is_refused_or_broken_is_an_error_and_no_answer() -> None:
    trouble = "  Socket errors: connect 1, read 2, write 3, timeout 4\n"
    seen = parse(f"{_WRK}{trouble}  Non-2xx or 3xx responses: 71000\n")
    assert seen.answered == 263
    assert seen.rate == 131.5
    assert seen.errors == 71010


def test_nothing_answered_has_no_percentiles() -> None:
    none = "     50%    0.00us\n     99%    0.00us\n  0 requests in 2.00s, 0.00B read\n"
    assert parse(none) == loads.Load(0, 0.0, None, None, 0)


def test_other_output_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing that can be read: hello"):
        parse("hello")


def test_a_missing_tool_is_named_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert loads.missing() == "there is no wrk on this machine (Debian: apt install wrk)"


def test_where_all_was_sent_the_time_of_sending_counts() -> None:
    """What is left of a load is for its last answers, so that none is left under way."""
    assert parse(f"{_WRK}Sent in 1.000s\n").rate == 71263
    assert parse(f"{_WRK}Sent in 0.000s\n").rate == 35631.5
