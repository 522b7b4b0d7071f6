"""What a request's target is called at a gateway with prefixes of its own, and what it was here."""

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.support.wire import targets

KNOWN = ("/api/v1", "/api/v2", "/api/v3")
OWN = {"/api/v1": "/orders", "/api/v2": "/api/v1", "/api/v3": "/deep/er/v3"}
_SIGNS = st.characters(codec="ascii", categories=("L", "N", "P", "S"), exclude_characters="?#/")
_words = st.text(_SIGNS, min_size=1, max_size=8)
_tails = st.builds(
    "{}{}".format,
    st.lists(st.text(_SIGNS, max_size=8), max_size=3).map(lambda w: "".join(f"/{e}" for e in w)),
    st.just("") | st.text(_SIGNS | st.sampled_from("/?&="), max_size=12).map("?{}".format),
)


@st.composite
def prefixes(draw: st.DrawFn) -> Mapping[str, str]:
    """Draw prefixes of which none is below another, as a description has to say."""
    starts = draw(st.lists(_words, min_size=3, max_size=3, unique=True))
    ends = draw(st.lists(_tails.map(lambda tail: tail.partition("?")[0]), min_size=3, max_size=3))
    own = [f"/{start}{end}".rstrip("/") for start, end in zip(starts, ends, strict=True)]
    return dict(zip(KNOWN, own, strict=True))


@pytest.fixture(autouse=True)
def features_own_prefixes() -> Iterator[None]:
    """Whatever prefixes a test uses end with it."""
    yield
    targets.use_prefixes({})


@given(prefixes(), st.sampled_from(KNOWN), _tails)
def test_what_goes_there_comes_back(own: Mapping[str, str], prefix: str, tail: str) -> None:
    targets.use_prefixes(own)
    there = targets.there(prefix + tail)
    assert there == own[prefix] + tail
    assert targets.back(there) == prefix + tail
    assert targets.route_of(prefix + tail) == prefix.removeprefix("/api/")


@given(prefixes(), st.sampled_from(KNOWN), _words, _tails)
def test_a_path_that_only_begins_alike_is_left_alone(
    own: Mapping[str, str], prefix: str, more: str, tail: str
) -> None:
    targets.use_prefixes(own)
    alike = f"{prefix}{more}{tail}"
    assert targets.there(alike) == alike
    assert targets.back(f"{own[prefix]}{more}") in (f"{own[prefix]}{more}", *KNOWN)
    assert targets.route_of(alike) is None


@given(st.sampled_from(KNOWN), _tails)
def test_a_gateway_of_the_catalogue_knows_the_features_own(prefix: str, tail: str) -> None:
    target = prefix + tail
    assert targets.there(target) == targets.back(target) == target
    assert targets.route_of(target) is None, "it tells the route in a header"


@pytest.mark.parametrize(
    ("target", "there"),
    [
        ("/api/v1", "/orders"),
        ("/api/v1/", "/orders/"),
        ("/api/v1//a/../b", "/orders//a/../b"),
        ("/api/v1?a=/api/v2", "/orders?a=/api/v2"),
        ("/api/v1/?", "/orders/?"),
        ("/api/v2/a?b=c&d", "/api/v1/a?b=c&d"),
        ("/api/v3/%2Fapi/v1", "/deep/er/v3/%2Fapi/v1"),
    ],
)
def test_the_rest_of_a_target_and_its_query_stay(target: str, there: str) -> None:
    targets.use_prefixes(OWN)
    assert targets.there(target) == there
    assert targets.back(there) == target


@pytest.mark.parametrize(
    "target",
    [
        *("/api/v10", "/api/v1x/a", "/api/v1;a", "/api/v1%2Fa", "/api/v1.", "/API/v1", "/api", "/"),
        *("//api/v1", "/x/api/v1", "http://other.example/api/v1", "other.example:443", "*", ""),
    ],
)
def test_what_is_below_no_prefix_stays_as_it_is(target: str) -> None:
    targets.use_prefixes(OWN)
    assert targets.there(target) == target
    assert targets.back(target) == target
    assert targets.route_of(target) is None


def test_the_longest_prefix_wins_in_whatever_order() -> None:
    nested = {"/api": "/short", "/api/v1": "/longer", "/api/v1/a": "/longest"}
    for own in (nested, dict(reversed(nested.items()))):
        targets.use_prefixes(own)
        assert targets.there("/api/x") == "/short/x"
        assert targets.there("/api/v1/x") == "/longer/x"
        assert targets.there("/api/v1/a?x") == "/longest?x"
        targets.use_prefixes({there: here for here, there in own.items()})
        assert targets.back("/api/v1/a/x") == "/longest/x"


def test_prefixes_take_the_place_of_earlier_ones() -> None:
    targets.use_prefixes({"/api/v1": "/a"})
    targets.use_prefixes({"/api/v2": "/b"})
    assert targets.there("/api/v1") == "/api/v1"
    assert targets.there("/api/v2") == "/b"
