"""The page in a browser, for the tests that look at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from comparison import page
from comparison.costs import Costs
from tests.comparison.browser import chromium, look
from tests.comparison.build import ENVOY, LUA, RING, SPOE, column, comparison, limit, outcome

BODY, CLIENTS = "claim.request-body", "claim.fire-and-forget"
PLAIN = {"HAProxy": "it mirrors nothing"}
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
    column("HAProxy", "2.8.1"),
    column(SPOE, "2.8.1", "Mirroring agent"),
    column(RING, "2.8.1", "Mirroring agent"),
    column(LUA, "2.8.1"),
    column(ENVOY, "1.39.0"),
    excused={
        **dict.fromkeys(("small", "large", "slow"), PLAIN),
        "tool": {**PLAIN, LUA: "nothing runs beside it", ENVOY: "nothing runs beside it"},
    },
)
COSTS = Costs({SPOE: {"added_p99_ms": 0.5}}, "today", 2000)


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
