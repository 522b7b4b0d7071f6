import json
import subprocess
from pathlib import Path

import pytest

from features.reporting import run_info, staging
from features.support.errors import StackError
from features.support.paths import ROOT
from tests.support.test_external import elsewhere

RESULTS = (
    "1b-result.json",
    "1b-container.json",
    "1b-globals.json",
    "1b-attachment.txt",
    "1b-attachment",
    "1b-result.json.tmp",
    "1b-attachment.txt.tmp",
    "environment.properties",
    "categories.json",
)


def test_the_results_of_the_last_run_are_removed_and_nothing_else(tmp_path: Path) -> None:
    """The command line may put results anywhere, even among somebody's own files."""
    for name in (*RESULTS, "result.json", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "2-result.json").touch()
    staging.clear(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {"result.json", "notes.txt", "history"}
    assert (tmp_path / "history" / "2-result.json").exists()


def test_results_take_the_place_of_the_last_ones_as_a_whole(tmp_path: Path) -> None:
    place = tmp_path / "results"
    made = staging.aside(place)
    for directory, name in ((place, "old-result.json"), (made, "new-result.json")):
        directory.mkdir()
        (directory / name).touch()
    staging.publish(place)
    assert [each.name for each in place.iterdir()] == ["new-result.json"]
    assert not made.exists()


def test_a_run_without_results_leaves_the_last_ones(tmp_path: Path) -> None:
    place = tmp_path / "results"
    made = staging.aside(place)
    for directory, name in ((place, "old-result.json"), (made, "environment.properties")):
        directory.mkdir()
        (directory / name).touch()
    staging.publish(place)
    assert [each.name for each in place.iterdir()] == ["old-result.json"]
    assert not made.exists()


def test_what_a_killed_run_has_left_is_removed(tmp_path: Path) -> None:
    place = tmp_path / "results"
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
    left = tmp_path / f".results.{dead.pid}"
    left.mkdir()
    staging.aside(place).mkdir()
    staging.sweep(place)
    assert not left.exists()
    assert staging.aside(place).exists(), "this run lives"


def test_versions_are_facts_and_so_is_their_absence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = elsewhere()
    monkeypatch.setattr(stack, "versions", lambda: {"Docker Engine": "20.10"})
    run_info.describe(tmp_path, stack)
    assert "Docker.Engine=20.10\n" in (tmp_path / "environment.properties").read_text()

    def dead() -> dict[str, str]:
        raise StackError("Docker Engine: gone")

    monkeypatch.setattr(stack, "versions", dead)
    run_info.describe(tmp_path, stack)
    assert "Docker Engine: gone" in (tmp_path / "environment.properties").read_text()


def test_product_and_infrastructure_are_categories_of_their_own(tmp_path: Path) -> None:
    run_info.describe(tmp_path, elsewhere())
    categories = json.loads((tmp_path / "categories.json").read_text())
    by_status = {status: each["name"] for each in categories for status in each["matchedStatuses"]}
    assert by_status["failed"].startswith("Product defects")
    assert by_status["broken"].startswith("Infrastructure")
    assert by_status["skipped"] == "Cannot run here"
    assert "passed" not in by_status


def test_a_known_limit_is_a_category_where_allure_can_tell_it() -> None:
    rules = json.loads((ROOT / "allurerc.json").read_text())["categories"]
    (limits,) = [each for each in rules if each["name"].startswith("Known limits")]
    assert limits["matchers"] == {"statuses": ["passed"], "labels": {"tag": "limit"}}
