"""A real Chromium for tests, with nothing of its own that could make noise."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
_MISSING = "no Chromium with its driver (Debian: apt install chromium chromium-driver)"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def why_no_browser() -> str | None:
    """Return what is missing; in CI nothing may be, so that the tests fail there."""
    return None if os.environ.get("CI") == "true" or all(_programs()) else _MISSING


@contextmanager
def chromium() -> Iterator[Chrome]:
    """Start a browser with a profile of its own; raises FileNotFoundError where there is none."""
    program, service = _programs()
    if not program or not service:
        raise FileNotFoundError(_MISSING)
    with TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = program
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = Chrome(options=options, service=ChromeService(service))
        try:
            yield driver
        finally:
            driver.quit()


def look(driver: Chrome, page: Path | str, width: int = 1280, *, dark: bool = False) -> None:
    """Open a page anew, as wide as told, in a light or a dark scheme."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    features = [
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
        {"name": "prefers-reduced-motion", "value": "reduce"},  # a click must not miss
    ]
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    driver.get("about:blank")
    driver.get(page if isinstance(page, str) else page.as_uri())


def ask(driver: Chrome, script: str, *arguments: object) -> Any:
    return driver.execute_script(f"return {script}", *arguments)


def text(driver: Chrome, selector: str) -> str:
    return str(ask(driver, "document.querySelector(arguments[0]).innerText", selector))


def press(driver: Chrome, title: str) -> None:
    find = "[...document.querySelectorAll('button')].find(b => b.innerText === arguments[0])"
    ask(driver, find, title).click()


def _programs() -> tuple[str | None, str | None]:
    browsers = filter(None, map(shutil.which, _BROWSERS))
    return next(browsers, None), shutil.which("chromedriver")
