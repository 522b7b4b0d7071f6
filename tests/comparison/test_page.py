"""The page in a real Chromium: its filter, links, keyboard and console."""

import re
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from comparison import page, storage
from comparison.costs import Costs, read
from comparison.model import Comparison, Verdict
from comparison.publish import COSTS, PUBLISHED
from comparison.view import View
from tests.comparison.browser import ask, look, press, text, why_no_browser
from tests.comparison.build import ENVOY, LUA, RING, SPOE, comparison, outcome, run

MISSING = why_no_browser()
pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))


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


@pytest.fixture(scope="module")
def published(browser: Chrome, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """The page of what is published, opened; as it is, with each promise it has today."""
    found = storage.load(PUBLISHED)
    made = tmp_path_factory.mktemp("published") / "index.html"
    made.write_text(page.render(found, read(COSTS)), encoding="utf-8")
    look(browser, made)
    return found


CHOOSE = """(() => {
  const wanted = arguments[0];
  for (const box of document.querySelectorAll('input[name=need]'))
    box.checked = wanted.includes(box.value);
  document.getElementById('needs').dispatchEvent(new Event('change'));
  return [...document.querySelectorAll('#verdicts > div')]
    .filter(d => d.querySelector('h3').innerText.startsWith('These keep all of it'))
    .flatMap(d => [...d.querySelectorAll('li > strong')].map(s => s.innerText));
})()"""


def test_no_gateway_remains_that_does_not_keep_what_was_ticked(
    published: Comparison, browser: Chrome
) -> None:
    """Each promise alone, and many sets of them: those remain that keep all, and no others."""
    promises = {each.id: each for each in published.promises}
    draw = Random(1)
    sets = [[name] for name in promises]
    sets += [draw.sample(sorted(promises), draw.randint(2, 6)) for _ in range(40)]
    for wanted in sets:
        keeping = [
            shown.gateway
            for shown in View(published).shown
            if all(promises[n].cell(shown.column).verdict is Verdict.KEPT for n in wanted)
        ]
        assert ask(browser, CHOOSE, wanted) == keeping, wanted


def test_nothing_is_loaded_from_anywhere(file: Path) -> None:
    source = file.read_text()
    assert not re.findall(r"(?:https?:)?//[\w.]+", source.partition('id="data"')[0])
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"(?!data:)", source)


def test_the_filter_tells_who_remains_and_why_the_others_do_not(opened: Chrome) -> None:
    press(opened, "Copy whole bodies")
    assert remaining(opened) == [LUA, ENVOY]
    assert text(opened, "#remaining") == "2 of 5 gateways remain."
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
    assert remaining(opened) == [SPOE], "what does not apply to a gateway is not kept"
    assert text(opened, "#remaining") == (
        "1 of 5 gateways remain. Of 2 something does not apply. Of 1 it is not known."
    )
    assert "survives its tool: nothing runs beside it" in text(opened, "#verdicts")
    assert "not run: survives its tool (no tool here)" in text(opened, "#verdicts")


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


def test_without_javascript_everything_but_the_filter_is_there(browser: Chrome, file: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        look(browser, file)
        source = browser.find_element("tag name", "main").text
        assert "copies no large body" in source
        assert "The filter needs JavaScript" in source
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_part_shows_what_was_played_and_nothing_else(browser: Chrome, tmp_path: Path) -> None:
    made = comparison(
        [
            outcome(SPOE, "small", says="copies small bodies"),
            outcome(SPOE, "large", "unplayed", "copies large bodies"),
            outcome(ENVOY, "large", "unplayed", "copies large bodies"),
            outcome("HAProxy", "route", "unplayed", "routes"),
        ]
    )
    part = replace(made, runs=(replace(run(whole=False), played={"HAProxy": 11, SPOE: 1}),))
    file = tmp_path / "part.html"
    file.write_text(page.render(part, Costs()), encoding="utf-8")
    look(browser, file)
    told = text(browser, "#played")
    assert "HAProxy (HAProxy 2.8.1): 11 scenarios played; promises: 0 kept" in told
    assert f"{SPOE} (HAProxy 2.8.1): 1 scenarios played; promises: 1 kept" in told
    assert f"Not played: {ENVOY}" in told
    assert "was not run" not in text(browser, "main")
    rows = "[...document.querySelectorAll('.promises tr[id]')].map(r => r.id)"
    assert ask(browser, rows) == ["promise-small"]
