"""The page for everybody: narrow and wide, light and dark, by eye and by screen reader."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.comparison.browser import ask, look, press, why_no_browser

MISSING = why_no_browser()
pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))

CONTRAST = """(() => {
  const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return rgb(getComputedStyle(document.body).backgroundColor);
  };
  const light = (c) => c.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !e.getClientRects().length) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push(`${e.className}: ${e.innerText.slice(0, 40)}`);
  }
  return found;
})()"""


@pytest.mark.parametrize("dark", [False, True])
def test_words_can_be_read_in_light_and_dark(opened: Chrome, file: Path, dark: bool) -> None:
    look(opened, file, dark=dark)
    press(opened, "Copy whole bodies")
    ask(opened, "document.getElementById('choices').open = true")
    ground = ask(opened, "getComputedStyle(document.body).backgroundColor")
    first = int(re.findall(r"\d+", ground)[0])
    assert (first < 60) if dark else (first > 200)
    assert ask(opened, CONTRAST) == []


def test_everything_has_a_name_and_a_place(opened: Chrome) -> None:
    """What a screen reader needs; no verdict is told by its colour alone."""
    unnamed = (
        "[...document.querySelectorAll('input,button,a,summary')]"
        ".filter(e => !(e.textContent.trim() || e.closest('label')?.textContent.trim()))"
    )
    assert ask(opened, f"{unnamed}.map(e => e.outerHTML)") == []
    assert ask(opened, "document.documentElement.lang") == "en"
    assert ask(opened, "document.querySelectorAll('h1').length") == 1
    levels = "[...document.querySelectorAll('h1,h2,h3')].map(h => Number(h.tagName[1]))"
    found = ask(opened, levels)
    assert all(after - before <= 1 for before, after in pairwise(found))
    assert ask(opened, "[...document.querySelectorAll('table')].every(t => t.caption)")
    assert ask(opened, "[...document.querySelectorAll('th')].every(h => h.scope)")
    ids = ask(opened, "[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    signs = "[...document.querySelectorAll('.verdict')].every(v => /\\w/.test(v.innerText))"
    assert ask(opened, signs)
    referred = (
        "[...document.querySelectorAll('[aria-labelledby]')]"
        ".map(e => e.getAttribute('aria-labelledby'))"
    )
    assert ask(opened, f"{referred}.every(id => document.getElementById(id))")
    assert ask(opened, "document.getElementById('remaining').getAttribute('aria-live')") == "polite"


def test_a_page_is_never_wider_than_its_window(opened: Chrome, file: Path) -> None:
    for width in (320, 360, 768, 1280):
        look(opened, file, width)
        assert ask(opened, "document.documentElement.scrollWidth") <= width
        press(opened, "Copy whole bodies")
        ask(opened, "document.getElementById('choices').open = true")
        assert ask(opened, "document.documentElement.scrollWidth") <= width


def test_narrow_windows_show_cards_instead_of_columns(opened: Chrome, file: Path) -> None:
    look(opened, file, 390)
    wide = "[...document.querySelectorAll('.tiled')].filter(e => e.scrollWidth > e.clientWidth)"
    assert ask(opened, f"{wide}.length") == 0
    cell = "document.querySelector('.promises td[data-gateway] .label')"
    assert ask(opened, f"{cell}.offsetWidth") > 0, "a card names the gateway"
    look(opened, file, 1440)
    assert ask(opened, f"{cell}.offsetWidth") == 0
