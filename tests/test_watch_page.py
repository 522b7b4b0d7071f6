"""The page that shows originals and copies side by side, in a real Chromium, as requests come."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from mirror_recorder.testing import RecorderProcess, request
from selenium.webdriver import Chrome

from features.support.waiting import eventually
from tests.accessibility import grave_faults
from tests.comparison.browser import ask, chromium, look, press, text, why_no_browser
from tests.runs import ROOT

MISSING = why_no_browser()
pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
WITHIN = 10.0
EVIL = "/x?<img/src=x/onerror=document.title='evil'>"


@dataclass
class Shown:
    """The page in a browser, and the two recorders whose journals it shows."""

    browser: Chrome
    primary: RecorderProcess
    shadow: RecorderProcess
    url: str

    def row(self, words: str) -> str:
        """The first row, once it has these words."""
        script = "document.querySelector('#pairs tr')?.innerText ?? ''"
        return eventually(
            lambda: str(ask(self.browser, script)), lambda seen: words in seen, WITHIN
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as driver:
        yield driver


@pytest.fixture
def shown(browser: Chrome) -> Iterator[Shown]:
    with RecorderProcess(name="primary") as primary, RecorderProcess() as shadow:
        sources = [f"127.0.0.1:{each.control_port}" for each in (primary, shadow)]
        flags = ("--primary", sources[0], "--shadow", sources[1], "--listen", "127.0.0.1:0")
        with subprocess.Popen(
            [sys.executable, "-m", "mirror_recorder.watch", *flags],
            env={**os.environ, "PYTHONPATH": str(ROOT / "recorder")},
            stdout=subprocess.PIPE,
            text=True,
        ) as server:
            try:
                assert server.stdout is not None
                url = server.stdout.readline().split()[1]
                look(browser, url)
                yield Shown(browser, primary, shadow, url)
                look(browser, "about:blank")
            finally:
                server.kill()


def test_an_original_is_joined_by_its_copy_and_differences_are_named(shown: Shown) -> None:
    eventually(
        lambda: text(shown.browser, "#state"), lambda s: s.startswith("Originals: 0"), WITHIN
    )
    assert ask(shown.browser, "document.getElementById('none').offsetHeight") > 0
    shown.primary.ask(request("POST", "/a", b"hello", X_Request_Id="1", Authorization="Basic x"))
    assert "no copy" in shown.row("/a")
    shown.shadow.ask(request("POST", "/a", b"hello", X_Request_Id="1", X_Mirrored_By="me"))
    row = shown.row("header removed: authorization")
    assert "header added: x-mirrored-by: me" in row
    assert "no copy" not in row
    shown.primary.ask(request(target="/b", X_Request_Id="2"))
    shown.shadow.ask(request(target="/b", X_Request_Id="2"))
    shown.row("/b")
    eventually(
        lambda: text(shown.browser, "#state"),
        lambda said: said == "Originals: 2, with a copy: 2, with differences: 1.",
        WITHIN,
    )
    marked = "[...document.querySelectorAll('.same')].map(e => e.innerText)"
    assert ask(shown.browser, marked) == ["none"]
    press(shown.browser, "Clear the list")
    assert ask(shown.browser, "document.querySelectorAll('#pairs tr').length") == 0


def test_what_a_request_says_is_shown_and_never_run(shown: Shown) -> None:
    shown.primary.ask(request(target=EVIL, X_Request_Id="<b>1</b>"))
    assert EVIL in shown.row("onerror")
    assert ask(shown.browser, "document.title") == "Originals and copies"
    assert ask(shown.browser, "document.querySelectorAll('img, #pairs b').length") == 0


def test_a_recorder_that_is_gone_is_named(shown: Shown) -> None:
    shown.shadow.process.kill()
    eventually(
        lambda: text(shown.browser, "#state"),
        lambda said: "The shadow does not answer." in said,
        WITHIN,
    )


@pytest.mark.parametrize(("width", "dark"), [(390, False), (980, False), (1440, True)])
def test_it_fits_its_window_and_its_console_is_empty(shown: Shown, width: int, dark: bool) -> None:
    for side, added in ((shown.primary, "Cookie"), (shown.shadow, "X-Mirrored-By")):
        side.ask(request("POST", "/a/" + "long" * 40, b"x", X_Request_Id="1", **{added: "y" * 80}))
    look(shown.browser, shown.url, width, dark=dark)
    shown.row("header removed: cookie")
    assert ask(shown.browser, "document.documentElement.scrollWidth") <= width
    assert grave_faults(shown.browser) == []
    assert shown.browser.get_log("browser") == []  # type: ignore[no-untyped-call]
    if pictures := os.environ.get("PICTURES"):
        shown.browser.save_screenshot(f"{pictures}/watch-{width}.png")
