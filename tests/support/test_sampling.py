"""How many copies a share allows, and how it is told that there are others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.support.checks import sampling
from features.support.checks.sampling import Band, band
from features.support.errors import CannotFindOutError
from features.support.paths import ROOT
from features.support.policy import load
from features.support.scene import Scene
from features.support.wire.client import request
from tests.support.clock import Clock

POLICY = load.load()


def test_a_share_allows_so_many() -> None:
    drawn = (Band(1000, 50, 437, 563), Band(1000, 20, 150, 250), Band(4000, 0.5, 3, 37))
    for allowed in (*drawn, Band(1, 0, 0, 0), Band(200, 100, 200, 200)):
        assert band(allowed.requests, allowed.share) == allowed
    for allowed in (Band(200, 50, 100, 100), Band(10, 33.3, 3, 4), Band(1000, 12.3, 123, 123)):
        assert band(allowed.requests, allowed.share, exact=True) == allowed


@pytest.mark.parametrize(
    ("requests", "share", "needed"), [(999, 50, 1000), (1000, 1, 1585), (1000, 99, 1585)]
)
def test_too_few_requests_say_nothing(requests: int, share: float, needed: int) -> None:
    with pytest.raises(CannotFindOutError, match=rf"share of {share} %: send {needed}$"):
        band(requests, share)
    assert 0 < band(needed, share).least <= band(needed, share).most < needed


@given(st.integers(1000, 100_000), st.floats(2, 98))
def test_a_band_is_around_its_share_and_neither_nothing_nor_all(count: int, share: float) -> None:
    found = band(count, share)
    assert 0 < found.least <= count * share / 100 <= found.most < count


def test_the_feature_describes_these_bands() -> None:
    text = (ROOT / "features" / "mirroring" / "sampling.feature").read_text()
    told = re.findall(r"([0-9]+) % (?:those|they) are ([0-9]+) to ([0-9]+)", text)
    assert told == [(f"{s}", f"{band(1000, s).least}", f"{band(1000, s).most}") for s in (50, 20)]


@dataclass
class Copy:
    request_id: str | None


@dataclass
class Exchanged:
    """What judging looks at of a scenario."""

    copied: Sequence[int]
    target: str = "/api/v2"
    requests: int = 1000
    exchanges: list["Exchanged"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sent = request("GET", self.target)
        self.exchanges = self.exchanges or [
            Exchanged((), self.target, 0, [self]) for _ in range(self.requests)
        ]

    def copies(self) -> list[Copy]:
        return [Copy(self.exchanges[index].sent.request_id) for index in self.copied]


@pytest.fixture(autouse=True)
def sentinels_have_arrived(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(sampling, "await_sentinels", lambda _: set())


def told(copied: Sequence[int], target: str = "/api/v2", requests: int = 1000) -> list[str]:
    return sampling.check_policy_share(cast("Scene", Exchanged(copied, target, requests)), POLICY)


def test_copies_beyond_the_band_are_told_with_number_share_and_band() -> None:
    assert [told(range(copied)) for copied in (437, 500, 563)] == [[]] * 3
    for copied in (0, 436, 564, 1000):
        (wrong,) = told(range(copied))
        assert wrong == f"{copied} were copied, but 50 % of 1000 are 437 to 563 copies"


def test_all_is_all_and_nothing_is_nothing() -> None:
    assert told(range(200), "/api/v1", 200) == []
    assert told(range(199), "/api/v1", 200) == ["199 were copied, but 100 % of 200 are 200 copies"]
    assert told((), "/api/v3", 50) == []
    assert told((7,), "/api/v3", 50) == ["1 were copied, but 0 % of 50 are 0 copies"]


def test_a_second_copy_is_told_and_does_not_count() -> None:
    (wrong,) = told([*range(437), 0])
    assert wrong.endswith(" was copied 2 times")


def test_a_share_is_judged_on_one_route() -> None:
    scene = Exchanged((), exchanges=[Exchanged((), t, 1) for t in ("/api/v1", "/api/v2")])
    with pytest.raises(CannotFindOutError, match="on one route, not on 2"):
        sampling.check_policy_share(cast("Scene", scene), POLICY)
