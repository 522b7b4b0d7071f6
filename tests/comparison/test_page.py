"""The page in a real Chromium: its filter, links, keyboard, width, colours and console."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from features.support.comparison import page
from features.support.comparison.costs import Costs
from tests.comparison.browser import chromium, look, why_no_browser
from tests.comparison.build import ENVOY, LUA, RING, SPOE, column, comparison, limit, outcome

MISSING = why_no_browser()
pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))

BODY, CLIENTS = "claim.request-body", "claim.fire-and-forget"
MADE = comparison(
    [
        *(
            outcome(each, "small", says="copies small bodies", tags=f"blocker {BODY}")
            for each in (SPOE, LUA, RING, ENVOY)
        ),
        *(limit(each, "large", says="copies no large body") for each in (SPOE, RING)),
        *(
            outcome(each, "large", says="copies large bodies", tags=f"critical {BODY}")
            for each in (LUA, ENVOY)
        ),
        *(
            outcome(each, "slow", says="lets <nobody> & no one wait", tags=f"blocker {CLIENTS}")
            for each in (SPOE, RING, ENVOY)
        ),
        outcome(
            LUA, "slow", "failed", says="lets <nobody> & no one wait", tags=f"blocker {CLIENTS}"
        ),
        outcome(SPOE, "tool", says="survives its tool", tags="critical"),
        outcome(RING, "tool", "skipped", "survives its tool", reason="no tool here"),
    ],
    column(SPOE, "2.8.1", "Mirroring agent"),
    column(RING, "2.8.1", "Mirroring agent"),
    column(LUA, "2.8.1"),
    column(ENVOY, "1.39.0"),
    excused={"tool": {LUA: "nothing runs beside it", ENVOY: "nothing runs beside it"}},
)
COSTS = Costs(("added p99",), {SPOE: ("0.5 ms",)}, "today")


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as driver:
        yield driver


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("page") / "comparison.html"
    made.write_text(page.render(MADE, COSTS), encoding="utf-8")
    return made


@pytest.fixture
def opened(browser: Chrome, file: Path) -> Iterator[Chrome]:
    look(browser, file)
    yield browser
    console = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert console == [], "the console is not empty"


def ask(driver: Chrome, script: str, *arguments: object) -> Any:
    return driver.execute_script(f"return {script}", *arguments)


def text(driver: Chrome, selector: str) -> str:
    return str(ask(driver, "document.querySelector(arguments[0]).innerText", selector))


def press(driver: Chrome, title: str) -> None:
    find = "[...document.querySelectorAll('button')].find(b => b.innerText === arguments[0])"
    ask(driver, find, title).click()


def remaining(driver: Chrome) -> list[str]:
    script = (
        "[...document.querySelectorAll('#verdicts > div')]"
        ".filter(d => d.querySelector('h3').innerText.startsWith('These keep'))"
        ".flatMap(d => [...d.querySelectorAll('strong')].map(s => s.innerText))"
    )
    return list(ask(driver, script))


def need(driver: Chrome, promise: str) -> None:
    ask(driver, "document.getElementById('choices').open = true")
    ask(driver, f"document.querySelector('input[value={promise}]')").click()


def test_nothing_is_loaded_from_anywhere(file: Path) -> None:
    source = file.read_text()
    assert not re.findall(r"(?:https?:)?//[\w.]+", source.partition('id="data"')[0])
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"(?!data:)", source)


def test_words_are_shown_as_words(opened: Chrome) -> None:
    assert "lets <nobody> & no one wait" in text(opened, "#promise-slow")


def test_the_filter_tells_who_remains_and_why_the_others_do_not(opened: Chrome) -> None:
    press(opened, "Copy whole bodies")
    assert remaining(opened) == [LUA, ENVOY]
    assert text(opened, "#remaining") == "2 of 4 gateways remain."
    verdicts = text(opened, "#verdicts")
    assert "not kept: copies large bodies; instead: copies no large body" in verdicts
    press(opened, "Never touch my clients")
    assert remaining(opened) == [ENVOY]
    assert "failed: lets <nobody> & no one wait (1 failed)" in text(opened, "#verdicts")
    press(opened, "Copy whole bodies")  # once more takes it back
    assert remaining(opened) == [SPOE, RING, ENVOY]
    press(opened, "Clear")
    assert remaining(opened) == []
    assert text(opened, "#remaining").startswith("Choose what you need")


def test_what_was_not_run_does_not_remain_and_is_not_excluded(opened: Chrome) -> None:
    need(opened, "tool")
    assert remaining(opened) == [SPOE, LUA, ENVOY]
    assert text(opened, "#remaining") == "3 of 4 gateways remain. Of 1 it is not known."
    assert "not run: survives its tool (no tool here)" in text(opened, "#verdicts")


def test_nothing_beside_the_gateway_can_be_asked_for(opened: Chrome) -> None:
    press(opened, "Nothing beside the gateway")
    assert remaining(opened) == [LUA, ENVOY]
    assert "needs beside it: Mirroring agent" in text(opened, "#verdicts")


def test_a_selection_can_be_shared_by_its_address(opened: Chrome, file: Path) -> None:
    press(opened, "Copy whole bodies")
    press(opened, "Nothing beside the gateway")
    address = opened.current_url
    assert address.endswith("#need=small,large&alone")
    assert ask(opened, "document.getElementById('share').href") == address
    look(opened, address)
    assert remaining(opened) == [LUA, ENVOY]
    assert ask(opened, "document.querySelectorAll('[aria-pressed=true]').length") == 2
    look(opened, f"{file.as_uri()}#need=%3Cscript%3E,absent,%&nonsense")
    assert remaining(opened) == []


def test_only_those_that_remain_are_shown_when_asked(opened: Chrome) -> None:
    press(opened, "Copy whole bodies")
    ask(opened, "document.getElementById('only')").click()
    heads = "[...document.querySelectorAll('.promises thead th[data-gateway]')]"
    shown = ask(opened, f"{heads}.filter(h => h.offsetWidth).map(h => h.innerText.split('\\n')[0])")
    assert shown == [LUA, ENVOY]
    press(opened, "Clear")
    assert ask(opened, f"{heads}.filter(h => h.offsetWidth).length") == 4


def test_every_link_leads_somewhere(opened: Chrome) -> None:
    press(opened, "Copy whole bodies")
    lost = (
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href'))"
        ".filter(h => !h.startsWith('#need=') && !document.getElementById(h.slice(1)))"
    )
    assert ask(opened, lost) == []
    assert ask(opened, "document.querySelectorAll('a[href^=\"#limit-\"]').length") >= 4
    ask(opened, "document.querySelector('.promises a[href^=\"#limit-\"]')").click()
    assert "features/mirroring/copies.feature:20" in text(opened, "article:target")
    assert remaining(opened) == [LUA, ENVOY], "following a link lost the selection"


def test_the_keyboard_is_enough(opened: Chrome) -> None:
    def focused() -> Any:
        return opened.switch_to.active_element

    focused().send_keys(Keys.TAB)
    assert focused().text == "Skip to the comparison"
    seen = []
    for _ in range(60):
        focused().send_keys(Keys.TAB)
        outline = ask(opened, "getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", focused().text
        seen.append(focused().tag_name)
        if focused().text == "Copy whole bodies":
            break
    focused().send_keys(Keys.SPACE)
    assert remaining(opened) == [LUA, ENVOY]
    while focused().tag_name != "summary":
        focused().send_keys(Keys.TAB)
    focused().send_keys(Keys.ENTER)
    focused().send_keys(Keys.TAB)
    focused().send_keys(Keys.SPACE)
    assert ask(opened, "document.getElementById('alone').checked")


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("opened_up", [False, True])
def test_a_page_is_never_wider_than_its_window(
    opened: Chrome, file: Path, width: int, opened_up: bool
) -> None:
    look(opened, file, width)
    if opened_up:
        press(opened, "Copy whole bodies")
        ask(opened, "document.getElementById('choices').open = true")
    assert ask(opened, "document.documentElement.scrollWidth") <= width


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


def test_without_javascript_everything_but_the_filter_is_there(browser: Chrome, file: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        look(browser, file)
        source = browser.find_element("tag name", "main").text
        assert "copies no large body" in source
        assert "The filter needs JavaScript" in source
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
