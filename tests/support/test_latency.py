"""When a route counts as slower than another."""

import pytest

from features.support.checks.latency import check_as_fast, check_only_later_delayed, waits_of
from features.support.wire.client import ClientError, Exchange, request
from features.support.wire.exchange import Answer

NEW, KEPT = "over new connections", "over a kept connection"


def exchanges(target: str, *milliseconds: float) -> list[Exchange]:
    return [
        Exchange(request("GET", target), Answer(200, (), b"", each / 1000)) for each in milliseconds
    ]


def compared(mirrored: list[float], plain: list[float]) -> dict[str, list[Exchange]]:
    found = exchanges("/api/v1", *mirrored) + exchanges("/api/v3", *plain)
    return {KEPT: found}


def test_median_and_slowest_tenth() -> None:
    found = waits_of(exchanges("/api/v1", *range(1, 101)), "/api/v1")
    assert (found.half, found.most, found.all) == (0.0505, 0.091, 0.1)


CASES = [
    ([1.0] * 100, [1.0] * 100, True),
    ([5.9] * 100, [1.0] * 100, True),
    ([6.5] * 100, [1.0] * 100, False),
    ([29.0] * 100, [20.0] * 100, True),
    ([31.0] * 100, [20.0] * 100, False),
    ([1.0] * 91 + [100.0] * 9, [1.0] * 100, True),
    ([1.0] * 89 + [100.0] * 11, [1.0] * 100, False),
    ([1.0] * 99 + [700.0], [1.0] * 100, False),
    ([1.0] * 99 + [700.0], [1.0] * 99 + [400.0], True),
    ([1.0] * 89 + [24.0] * 11, [1.0] * 89 + [7.0] * 11, True),
    ([1.0] * 89 + [25.0] * 11, [1.0] * 89 + [7.0] * 11, False),
    # A machine that stood still held up some of both.
    ([1.5] * 178 + [21.4] * 12 + [100.0] * 10, [1.5] * 183 + [21.0] * 7 + [90.0] * 10, True),
    ([1.5] * 178 + [21.4] * 12 + [100.0] * 10, [1.5] * 199 + [90.0], False),
]


def test_as_fast() -> None:
    for mirrored, plain, fast in CASES:
        assert (check_as_fast(compared(mirrored, plain)) == []) == fast, (mirrored[-1], plain[0])


def test_what_is_slower_is_told_in_one_line() -> None:
    assert check_as_fast(compared([100.0] * 10, [1.0] * 10)) == [
        "over a kept connection (median, slowest tenth, slowest): "
        "v1 100.0, 100.0, 100.0 ms; v3 1.0, 1.0, 1.0 ms"
    ]


@pytest.mark.parametrize(
    ("first", "later", "told"),
    [
        ([1.0] * 9, [1.0, *[1000.0] * 9], ""),
        ([1000.0] * 9, [1000.0] * 9, "over new connections"),
        ([1.0] * 9, [1.0] * 9, "over a kept connection"),
        ([1.0] * 9, [2100.0] * 9, "over a kept connection"),
    ],
)
def test_only_later_requests_on_a_connection_are_late(
    first: list[float], later: list[float], told: str
) -> None:
    plain = exchanges("/api/v3", *[1.0] * 9)
    both = {
        NEW: exchanges("/api/v1", *first) + plain,
        KEPT: exchanges("/api/v1", *later) + plain,
    }
    found = check_only_later_delayed(both, 2)
    assert " ".join(found).startswith(told)
    assert bool(found) == bool(told)


def test_no_answer_at_all_is_told() -> None:
    lost = [Exchange(request("GET", "/api/v1"), ClientError("reset"))]
    with pytest.raises(AssertionError, match="no request to /api/v1 was answered"):
        waits_of(lost, "/api/v1")
