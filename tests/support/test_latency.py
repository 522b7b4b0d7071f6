"""When a route counts as slower than another."""

import pytest

from features.support.checks.latency import check_as_fast, check_later, waits_of
from features.support.wire.client import ClientError, Exchange, request
from features.support.wire.exchange import Answer


def exchanges(target: str, *milliseconds: float) -> list[Exchange]:
    return [
        Exchange(request("GET", target), Answer(200, (), b"", each / 1000)) for each in milliseconds
    ]


def compared(mirrored: list[float], plain: list[float]) -> dict[str, list[Exchange]]:
    found = exchanges("/api/v1", *mirrored) + exchanges("/api/v3", *plain)
    return {"one at a time": found}


def test_median_and_slowest_tenth() -> None:
    found = waits_of(exchanges("/api/v1", *range(1, 101)), "/api/v1")
    assert (found.half, found.most) == (0.0505, 0.091)


@pytest.mark.parametrize(
    ("mirrored", "plain", "fast"),
    [
        ([1.0] * 100, [1.0] * 100, True),
        ([5.9] * 100, [1.0] * 100, True),
        ([6.5] * 100, [1.0] * 100, False),
        ([29.0] * 100, [20.0] * 100, True),
        ([31.0] * 100, [20.0] * 100, False),
        ([1.0] * 91 + [100.0] * 9, [1.0] * 100, True),
        ([1.0] * 89 + [100.0] * 11, [1.0] * 100, False),
    ],
)
def test_as_fast(mirrored: list[float], plain: list[float], fast: bool) -> None:
    assert (check_as_fast(compared(mirrored, plain)) == []) == fast


def test_what_is_slower_is_told_in_one_line() -> None:
    assert check_as_fast(compared([100.0] * 10, [1.0] * 10)) == [
        "one at a time: v1 median 100.0 ms, slowest tenth 100.0 ms; "
        "v3 median 1.0 ms, slowest tenth 1.0 ms"
    ]


def test_later_by_a_time() -> None:
    assert not check_later(compared([1000.0] * 10, [1.0] * 10), 0.5, 2)
    assert check_later(compared([100.0] * 10, [1.0] * 10), 0.5, 2)


def test_no_answer_at_all_is_told() -> None:
    lost = [Exchange(request("GET", "/api/v1"), ClientError("reset"))]
    with pytest.raises(AssertionError, match="no request to /api/v1 was answered"):
        waits_of(lost, "/api/v1")
