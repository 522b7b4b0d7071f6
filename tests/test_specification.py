"""What a run of behave does and leaves behind, as its users start it."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import Play, compared
from tests.mutants.mutant import Patch
from tests.runs import ROOT, behave, finish

ROUTES = "features/routing/routing.feature"
ONE = f"{ROUTES}:12"
QUICK = (
    "features/routing/routing.feature",
    "features/routing/fidelity.feature",
    "features/operation/concurrency.feature",
    "features/mirroring/limitation.feature",
)
HEALTH = "features/operation/health.feature"


def plain(arguments: Sequence[str], where: Path) -> "subprocess.CompletedProcess[str]":
    """Run behave in a directory and keep what it printed."""
    return finish(sys.executable, "-m", "behave", *arguments, where=where)


def test_a_dry_run_plays_nothing_and_leaves_nothing(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    run = behave(["--dry-run", "-D", "stack=nonsense", "features/"], tree=tree)
    assert run.code == 0, run.output
    assert "Stack:" not in run.output
    outcomes = [status for each in run.outcomes.values() for status in each.values()]
    assert len(outcomes) >= 90
    assert set(outcomes) == {"untested"}
    assert not (tree / "reports").exists(), "it left results of what it did not play"
    assert not list(tmp_path.glob("mirroring-spec-*"))


def test_a_step_that_nobody_defined_fails_a_dry_run(tree: Path) -> None:
    add_scenario(tree, "Given nobody knows this step")
    assert behave(["--dry-run", "features/"], tree=tree).code == 1


def add_scenario(tree: Path, *steps: str) -> None:
    lines = ["Feature: New", "  @minor", "  Scenario: New", *(f"    {step}" for step in steps)]
    (tree / "features" / "new.feature").write_text("\n".join(lines) + "\n")


def test_a_broken_policy_ends_the_run_with_one_line(play: Play, tree: Path) -> None:
    file = "docker/mirroring-config.yaml"
    Patch(file, "sample_percentage: 50.0", "sample_percent: 50.0").apply(tree)
    reported = play("-D", f"policy={tree / file}", "features/")
    assert reported.run.code == 1
    (told,) = [line for line in reported.run.output.splitlines() if "mirroring-config" in line]
    place = "services[1].routes[0].mirroring.targets[0]"
    assert re.search(
        rf"{file}:60: {re.escape(place)}: unknown key 'sample_percent'; did you ", told
    )
    assert "Traceback" not in reported.run.output
    assert reported.scenarios == []


@pytest.mark.stack
def test_every_scenario_that_was_played_is_reported(play: Play) -> None:
    """A quick selection of every epic; an earlier run's results do not stay."""
    play(ONE)
    reported = play("-t", "not load", *QUICK)
    run = reported.run
    assert run.code == 0, run.output
    assert len(reported.scenarios) == len(run.played) >= 60
    titles = {title.partition(": ")[2] for title in run.played}
    assert {each["name"] for each in reported.scenarios} == titles
    for each in reported.scenarios:
        labels = {label["name"]: label["value"] for label in each["labels"]}
        assert each["status"] == "passed"
        assert labels.keys() >= {"epic", "feature", "story", "severity"}
        assert labels["epic"] in {"Routing", "Operation", "Mirroring"}
        assert labels["severity"] in {"blocker", "critical", "normal", "minor"}
        assert [kept["name"] for kept in each["attachments"]] == ["What was sent"]
    facts = (reported.results / "environment.properties").read_text()
    assert "Stack=local\n" in facts
    assert re.search(r"^HAProxy=2\.8\.\d+", facts, re.MULTILINE)
    assert json.loads((reported.results / "categories.json").read_text())


@pytest.mark.stack
def test_what_cannot_run_here_is_reported_as_skipped_with_the_reason(play: Play) -> None:
    """And no scenario is shown with another's steps; of what nobody asked for nothing is shown."""
    asked = ["-D", "gateways=Nginx,APISIX,Traefik", "--name", "that it refuses itself"]
    reported = play(*asked, "features/mirroring/delivery.feature")
    assert reported.run.code == 0, reported.run.output
    shown = {each["name"].partition(" ")[0]: each for each in reported.scenarios}
    assert {name: each["status"] for name, each in shown.items()} == {
        "Nginx": "passed",
        "APISIX": "skipped",
        "Traefik": "passed",
    }
    assert "container image only" in shown["APISIX"]["statusDetails"]["message"]
    steps = {name: [step["name"] for step in each.get("steps", ())] for name, each in shown.items()}
    assert steps["Traefik"] == [
        "Given Traefik is the gateway",
        *(step for step in steps["Nginx"] if "Nginx" not in step),
    ]


@pytest.mark.stack
def test_one_scenario_is_played_by_its_line_with_allures_usual_command(tmp_path: Path) -> None:
    """Beside the Allure of behave.ini, whose directory is left as it is."""
    allure = ["-f", "allure_behave.formatter:AllureFormatter", "-o", str(tmp_path / "r")]
    run = behave(["-D", "stack=local", *allure, *compared(tmp_path), ONE])
    assert run.code == 0, run.output
    statuses = [status for each in run.outcomes.values() for status in each.values()]
    assert statuses.count("passed") == 1
    assert len(list((tmp_path / "r").glob("*-result.json"))) == 1


@pytest.mark.stack
def test_the_features_can_be_played_from_another_directory(tmp_path: Path) -> None:
    done = plain(["-D", "stack=local", str(ROOT / ONE)], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 0 failed" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.stack
def test_a_broken_promise_is_failed_and_leaves_evidence(play: Play, tree: Path) -> None:
    route = "http-request set-header X-Route v1"
    Patch("docker/haproxy/haproxy.cfg", route, f"{route}0").apply(tree)
    reported = play(ONE, tree=tree)
    assert reported.run.code == 1
    (scenario,) = reported.scenarios
    assert scenario["status"] == "failed"
    wrong = "the request arrived on route v10, not v1"
    assert wrong in scenario["statusDetails"]["message"]
    (reason,) = reported.run.reasons
    assert reason.endswith(f"A request on route v1 reaches the primary: {wrong}")
    kept = reported.attached()
    assert "> GET /api/v1" in kept["Exchanges"]
    assert "x-route: v10" in kept["Journal of the primary"]
    assert kept["Journal of the shadow"] == "(nothing)"
    assert "GET /api/v1" in kept["Log of haproxy"]


@pytest.mark.stack
def test_what_could_not_be_found_out_is_broken(play: Play, tree: Path) -> None:
    Patch("docker/haproxy/haproxy.cfg", "    option httplog", "    optoin httplog").apply(tree)
    reported = play(ROUTES, tree=tree)
    assert reported.run.code == 1
    first, *others = sorted(reported.scenarios, key=lambda each: each["status"])
    assert first["status"] == "broken"
    assert {each["status"] for each in others} == {"skipped"}, "the gateway was not given up"
    message = first["statusDetails"]["message"]
    assert "haproxy ended at once with exit code 1" in message
    assert "optoin" in message, "the log is not told"


@pytest.mark.stack
def test_a_clean_up_that_failed_is_told_everywhere(play: Play, tree: Path) -> None:
    """Allure goes by the steps and calls the scenario passed, so it is told in other places."""
    restore = "        self.stack.restore(service)\n"
    broken = '        raise CannotFindOutError(f"{service} stays away")\n'
    Patch("features/support/scene.py", restore, broken).apply(tree)
    reported = play("-n", "Without a primary", HEALTH, tree=tree)
    assert reported.run.code == 1
    assert "error: clean-up: primary stays away" in reported.run.output
    assert reported.run.failed == {
        "health: Without a primary, clients are told that the service is unavailable"
    }
    assert reported.attached()["The clean-up failed"] == "primary stays away"
    (told,) = reported.results.glob("*-globals.json")
    assert "primary stays away" in told.read_text()


@pytest.mark.stack
def test_a_crash_that_no_client_noticed_fails_the_run(play: Play, tree: Path) -> None:
    crash = 'import sys\nprint("Traceback (most recent call last):", file=sys.stderr)\n'
    file = tree / "recorder" / "mirror_recorder" / "__main__.py"
    text = file.read_text()
    first = text.index("\nimport ") + 1
    file.write_text(text[:first] + crash + text[first:])
    reported = play(ONE, tree=tree)
    assert reported.run.code == 1
    assert reported.run.failures == []
    told = (
        "error: features/routing/routing.feature: the log of primary tells of a crash (traceback)"
    )
    assert told in reported.run.output
    (shown,) = reported.results.glob("*-globals.json")
    assert "tells of a crash" in shown.read_text()
