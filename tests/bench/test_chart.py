"""The chart shows each gateway under each condition, and can be read on light and dark pages."""

from xml.etree import ElementTree

from bench.chart import draw
from bench.figures import summarise
from bench.rows import PLAIN
from tests.bench.samples import LUA, SPOE, rows

CHART = draw(summarise(rows()))
TEXTS = [
    "".join(each.itertext()).strip()
    for each in ElementTree.fromstring(CHART).iter("{http://www.w3.org/2000/svg}text")
]


def test_each_condition_names_its_gateways() -> None:
    assert TEXTS.count("Shadow well") == 1
    assert TEXTS.count("Tool frozen") == 1
    assert TEXTS.count(SPOE) == 2
    assert TEXTS.count(LUA) == 1
    assert PLAIN not in TEXTS


def test_bars_bear_their_medians() -> None:
    assert TEXTS.count("0.45") == 4  # two gateways, of plain HAProxy and of themselves
    assert TEXTS.count("1.00") >= 2
    assert "nothing was answered" in TEXTS
