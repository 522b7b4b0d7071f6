"""What a run shows: in a terminal, elsewhere, and when there is nothing that it could play."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs import ROOT, finish
from tests.test_strict_limits import BREAKS, FEATURE, STEPS, emptied, play

COMMAND = (sys.executable, "-m", "behave", "-D", "stack=local")
NOWHERE = {"GOREPLAY": "/nope", "TEEPROXY": "/nope"}
LEFT = "reports/allure-results/earlier-result.json"


@pytest.fixture
def tree(tree: Path) -> Path:
    return emptied(tree)


def started(tree: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run behave where an earlier run has left a result."""
    (tree / LEFT).parent.mkdir(parents=True)
    (tree / LEFT).touch()
    return finish(*COMMAND, *arguments, where=tree, environment=environment)


def told(done: "subprocess.CompletedProcess[str]") -> list[str]:
    """Return the lines that a run printed, but for behave's own first one."""
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines if line and not line.startswith("USING RUNNER")]


def small(tree: Path) -> None:
    """Give a tree a feature of two scenarios, and its steps."""
    (tree / "features" / "small.feature").write_text(FEATURE.format(by_chance=""))
    (tree / "features" / "steps" / "small.py").write_text(STEPS.replace("OUTCOME", repr(BREAKS)))


def in_terminal(tree: Path, **environment: str) -> str:
    """Return what a terminal gets of a run."""
    small(tree)
    inside, outside = pty.openpty()
    run = subprocess.Popen(
        [*COMMAND, "features/"],
        cwd=tree,
        env={**os.environ, "TERM": "xterm", **environment},
        stdin=outside,
        stdout=outside,
        stderr=outside,
    )
    os.close(outside)
    shown = b""
    while True:
        try:
            some = os.read(inside, 65536)
        except OSError:  # what a terminal says when nobody is at its other end
            break
        if not some:
            break
        shown += some
    os.close(inside)
    assert run.wait() == 0, shown
    return shown.decode()


def test_in_a_terminal_one_line_renews_itself(tree: Path) -> None:
    shown = in_terminal(tree)
    assert "\r\x1b[32m[1/3] no gateway, small\x1b[0m\x1b[K\r\x1b[32m[2/3]" in shown
    assert "\r\x1b[K" in shown
    assert "LOG_WARNING" not in shown


def test_colours_are_not_for_everybody(tree: Path) -> None:
    shown = in_terminal(tree, NO_COLOR="1")
    assert "\r[1/3] no gateway, small\x1b[K" in shown
    assert "\x1b[3" not in shown


def test_elsewhere_there_is_a_line_for_each_feature(tree: Path) -> None:
    small(tree)
    lines = told(started(tree, "features/"))
    assert lines[0] == "Stack: local ()"
    assert lines[1] == "[3/3] small: 3 passed"
    assert "\x1b" not in "".join(lines)
    assert lines[-3].startswith("Played:          3 scenarios in 0:0")
    assert lines[-2:] == ["Not chosen:      0", "Cannot run here: 0"]


def test_a_failure_is_told_in_five_lines_at_most(tree: Path) -> None:
    run, _ = play(tree, "no given")
    _, _, end = run.output.partition("Why they failed:\n")
    reason = end.partition("\n\n")[0].splitlines()
    assert 1 <= len(reason) <= 5
    assert "the promise could not be tried: not ready" in reason[0]


def test_a_wrong_option_is_one_line_and_touches_nothing(tree: Path) -> None:
    small(tree)
    done = started(tree, "-D", "stak=local", "features/")
    assert done.returncode == 1
    assert told(done) == ["error: -D stak: there is no such option; did you mean stack?"]
    assert [each.name for each in (tree / "reports").rglob("*")] == [
        "allure-results",
        "earlier-result.json",
    ]


@pytest.mark.parametrize(
    ("chosen", "line"),
    [
        (("-t", "nosuch"), "no scenario fits features -t nosuch"),
        (("-n", "nosuch"), "no scenario fits features -n nosuch"),
        (("-D", "gateways=HAProxy with Teeproxy"), "no /nope on this machine"),
        (("-D", "gateways=HAProxy with GoReplay"), "GOREPLAY=/nope: there is no such program"),
    ],
)
def test_a_run_that_plays_nothing_fails_and_leaves_the_last_one_alone(
    tree: Path, chosen: tuple[str, ...], line: str
) -> None:
    text = FEATURE.format(by_chance="").replace("is in front of nothing", "is the gateway")
    text = text.replace("| Envoy   |", f"| {chosen[-1].partition('=')[2] or 'Envoy'} |")
    (tree / "features" / "small.feature").write_text(text)
    done = started(tree, *chosen, "features/", **NOWHERE)
    assert done.returncode == 1
    assert "error: nothing was played" in done.stderr
    assert line in done.stderr
    assert "ABORTED" not in done.stdout + done.stderr
    assert (tree / LEFT).exists()
    assert not list((tree / "reports").glob("comparison*"))


def test_a_misspelt_gateway_in_a_feature_is_told_with_what_was_meant(tree: Path) -> None:
    shutil.copytree(ROOT / "features" / "steps", tree / "features" / "steps", dirs_exist_ok=True)
    text = "Feature: New\n  @minor\n  Scenario: New\n    Given HAProxi is the gateway\n"
    (tree / "features" / "small.feature").write_text(text)
    done = started(tree, "features/")
    assert done.returncode == 1
    assert "undefined: HAProxi is the gateway; did you mean HAProxy?" in done.stdout


def test_two_runs_in_one_checkout_do_not_mix_their_results(tree: Path) -> None:
    small(tree)
    runs = [
        subprocess.Popen(
            [*COMMAND, "features/"],
            cwd=tree,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    for run in runs:
        said, _ = run.communicate(timeout=120)
        assert run.returncode == 0, said
    results = list((tree / "reports" / "allure-results").glob("*-result.json"))
    played = [json.loads(each.read_text())["fullName"] for each in results]
    assert len(played) == len(set(played)) == 3, "those of one run, and no others"
    assert json.loads((tree / "reports" / "comparison.json").read_text())
    assert [each.name for each in (tree / "reports").iterdir() if each.name[0] == "."] == []


def test_a_dry_run_has_no_failures(tree: Path) -> None:
    small(tree)
    done = started(tree, "--dry-run", "features/")
    assert done.returncode == 0
    assert told(done) == ["Dry run: 2 scenarios, every step is defined"]
