"""Allure's report in a real Chromium, with one seeded outcome of each category."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from allure_commons import model2
from selenium.webdriver import Chrome

from features.reporting import allure_details, allure_page
from features.support.waiting import eventually
from tests.comparison.browser import ask, chromium, look, why_no_browser
from tests.runs import ROOT

MISSING = why_no_browser() or (None if shutil.which("npm") else "no npm")
ALLURE = "allure@3.18.0"
# Each category once: title, status, tag and message of the outcome that belongs there.
SEEDED = {
    "Limits that are no more": ("Does not hold: A", "failed", "strict", "A keeps this now"),
    "Product defects": ("B copies bodies", "failed", "smoke", "expected 8 copies, seen 7"),
    "Infrastructure": ("C copies bodies", "broken", "smoke", "it serves nobody"),
    "Cannot run here": ("D copies bodies", "skipped", "smoke", "no image"),
    "Known limits": ("E copies no bodies", "passed", "limit", ""),
}


def result(n: int, title: str, status: str, tag: str, message: str) -> dict[str, object]:
    labels = {"epic": "Mirroring", "feature": "Copies", "promise": "body", "gateway": title[:1]}
    return {
        "uuid": f"0000000{n}-0000-4000-8000-000000000000",
        "historyId": title,
        "name": title,
        "fullName": title,
        "status": status,
        "statusDetails": {"message": message},
        "start": 1_000_000,
        "stop": 1_000_500,
        "labels": [{"name": k, "value": v} for k, v in {**labels, "tag": tag}.items()],
        "links": [
            {"type": "link", "url": "../x", "name": "features/mirroring/copies.feature:9"},
            {"type": "link", "url": "comparison.html", "name": "body in the comparison"},
        ],
    }


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both pages as make report makes them, where a browser and npm are."""
    where = tmp_path_factory.mktemp("report")
    results = where / "results"
    results.mkdir()
    for n, seeded in enumerate(SEEDED.values()):
        made = result(n, *seeded)
        (results / f"{made['uuid']}-result.json").write_text(json.dumps(made))
    settings = json.loads((ROOT / "allurerc.json").read_text())
    settings["historyPath"] = str(where / "history.jsonl")
    (where / "allurerc.json").write_text(json.dumps(settings))
    command = ["npm", "exec", "--yes", f"--package={ALLURE}", "--", "allure", "generate"]
    named = ["--config", str(where / "allurerc.json"), "--output", str(where / "html")]
    done = subprocess.run(
        [*command, *named, str(results)], cwd=where, capture_output=True, text=True, check=False
    )
    if done.returncode and "npm error" in done.stderr:
        pytest.skip("npm reaches no registry")
    assert done.returncode == 0, done.stdout + done.stderr
    allure_page.write(where / "html", results, where)
    return where


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as driver:
        yield driver


def shown(browser: Chrome, words: str) -> str:
    return eventually(
        lambda: str(ask(browser, "document.body.innerText")), lambda text: words in text, 20
    )


def click(browser: Chrome, words: str) -> None:
    leaves = "[...document.querySelectorAll('*')].filter(e => !e.children.length)"
    ask(browser, f"{leaves}.find(e => e.textContent.trim() === arguments[0]).click()", words)


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
@pytest.mark.parametrize("page", ["allure.html", "allure-by-gateway.html"])
def test_each_category_has_its_outcome_and_no_tab_is_empty(
    pages: Path, browser: Chrome, page: str
) -> None:
    look(browser, pages / page)
    shown(browser, "Results")
    tabs = (
        "[...document.querySelectorAll('[data-testid^=nav-tab-]')]"
        ".filter(e => e.offsetHeight).map(e => e.dataset.testid.slice(8))"
    )
    assert ask(browser, tabs) == ["results", "categories"]
    ask(browser, "document.querySelector('[data-testid=nav-tab-categories]').click()")
    text = shown(browser, "Known limits")
    assert [name for name in SEEDED if f"{name}" not in text] == []


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_a_scenario_leads_to_its_line_and_to_its_row(pages: Path, browser: Chrome) -> None:
    look(browser, pages / "allure.html")
    shown(browser, "Results")
    ask(browser, "document.querySelector('[data-testid=nav-tab-results]').click()")  # it remembers
    shown(browser, "B copies bodies")
    click(browser, "B copies bodies")
    shown(browser, "body in the comparison")
    links = "[...document.querySelectorAll('[data-testid=test-result-meta-link] a')]"
    assert eventually(
        lambda: ask(browser, f"{links}.map(e => e.getAttribute('href'))"), lambda seen: seen, 10
    ) == ["../features/mirroring/copies.feature#L9", "comparison.html#promise-body"]
    assert "googletagmanager" not in (pages / "allure.html").read_text()


def scenario(*tags: str) -> SimpleNamespace:
    return SimpleNamespace(
        filename=str(ROOT / "features" / "mirroring" / "copies.feature"),
        line=9,
        description=[],
        effective_tags=tags,
        all_steps=[SimpleNamespace(name="Envoy is the gateway")],
        feature=SimpleNamespace(description=["A copy has", "no credentials."]),
    )


def test_allure_is_told_the_gateway_the_promise_and_where_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GITHUB_SHA", raising=False)
    told = model2.TestResult()
    allure_details.describe(told, scenario("promise.body", "critical"))
    assert {each.name: each.value for each in told.labels} == {
        "gateway": "Envoy",
        "promise": "body",
    }
    assert told.description == "A copy has no credentials."
    assert [(each.name, each.url) for each in told.links] == [
        ("features/mirroring/copies.feature:9", "../features/mirroring/copies.feature#L9"),
        ("body in the comparison", "comparison.html#promise-body"),
    ]


def test_on_github_the_line_is_that_of_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SERVER_URL": "https://h", "REPOSITORY": "o/r", "SHA": "1b"}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    assert allure_details.source("a.feature", 3) == "https://h/o/r/blob/1b/a.feature#L3"
    told = model2.TestResult()
    allure_details.describe(told, scenario())
    assert [each.value for each in told.labels] == ["Envoy", "promises of one gateway"]
