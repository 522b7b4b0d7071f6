"""axe-core finds no serious fault on the comparison's page, narrow or wide, light or dark."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from features.support.paths import ROOT
from tests.accessibility import grave_faults
from tests.comparison.browser import ask, look, press, why_no_browser

MISSING = why_no_browser()
pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
WINDOWS = [(1440, False), (1440, True), (390, False)]


@pytest.mark.parametrize(("width", "dark"), WINDOWS)
def test_the_page_of_a_run_has_no_serious_fault(
    browser: Chrome, file: Path, width: int, dark: bool
) -> None:
    look(browser, file, width, dark=dark)
    press(browser, "Copy whole bodies")
    ask(browser, "document.getElementById('choices').open = true")
    assert grave_faults(browser) == []


@pytest.mark.parametrize(("width", "dark"), WINDOWS)
def test_the_published_page_has_no_serious_fault(browser: Chrome, width: int, dark: bool) -> None:
    look(browser, ROOT / "docs" / "index.html", width, dark=dark)
    assert grave_faults(browser) == []


def test_a_serious_fault_would_be_found(browser: Chrome, tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    bare.write_text("<!doctype html><title>a</title><input><img src='data:,'>")
    look(browser, bare)
    found = "\n".join(grave_faults(browser))
    assert "image-alt: <img" in found
    assert "label: <input>" in found
