"""`make comparison`: publish what runs found, or say in one line why not."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from comparison import storage
from tests.comparison.build import RING, SPOE, column, comparison, outcome, run
from tests.runs import ROOT, finish

OUTPUTS = (
    "docs/comparison.json",
    "docs/comparison.md",
    "docs/index.html",
    "reports/comparison.html",
)
BLOCKS = """# A

<!-- comparison: begin -->
<!-- comparison: end -->
<!-- advice: begin -->
<!-- advice: end -->

end
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What the command needs of this project, with a README that has a block."""
    copy = tmp_path / "tree"
    for name in ("features", "comparison"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    (copy / "README.md").write_text(BLOCKS)
    return copy


def publish(tree: Path, *files: str) -> "subprocess.CompletedProcess[str]":
    here = {"PYTHONPATH": str(tree)}
    return finish(sys.executable, "-m", "comparison", *files, where=tree, environment=here)


def keep(tree: Path, name: str, text: str) -> str:
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text(text)
    return name


def test_runs_are_merged_and_published(tree: Path) -> None:
    one = keep(tree, "a.json", storage.dump(comparison([outcome(SPOE)], column(SPOE, "2.8.1"))))
    two = keep(tree, "b.json", storage.dump(comparison([outcome(SPOE)], column(SPOE, "3.2.0"))))
    done = publish(tree, one, two)
    assert done.returncode == 0, done.stderr
    assert all((tree / name).is_file() for name in OUTPUTS)
    published = storage.load(tree / "docs" / "comparison.json")
    assert [each.version for each in published.columns] == ["2.8.1", "3.2.0"]
    readme = (tree / "README.md").read_text()
    assert readme.startswith("# A\n\n<!-- comparison: begin -->")
    assert f"| {SPOE} | 1/1 |" in readme
    assert readme.endswith("<!-- advice: end -->\n\nend\n")


def test_a_conflict_is_told(tree: Path) -> None:
    good = comparison([outcome(SPOE)], when="2026-11-25T11:00:00Z")
    bad = comparison([outcome(SPOE, status="failed")])
    elsewhere = storage.dump(bad).replace('"local"', '"docker"')
    files = [keep(tree, "a.json", storage.dump(good)), keep(tree, "b.json", elsewhere)]
    done = publish(tree, *files)
    assert done.returncode == 0
    assert "runs disagree" in done.stderr


@pytest.mark.parametrize("readable", [False, True])
def test_bad_input_is_one_line_and_nothing_is_written(tree: Path, readable: bool) -> None:
    good = keep(tree, "good.json", storage.dump(comparison([outcome(SPOE)])))
    told = "schema 2" if readable else "No such file"
    if readable:
        keep(tree, "bad.json", '{"comparison": 2}')
    before = (tree / "README.md").read_text()
    done = publish(tree, good, "bad.json")
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (tree / "README.md").read_text() == before
    assert not [name for name in OUTPUTS if (tree / name).exists()]


def test_without_a_block_in_the_readme_nothing_is_written(tree: Path) -> None:
    (tree / "README.md").write_text("no block")
    file = keep(tree, "a.json", storage.dump(comparison([outcome(SPOE)])))
    done = publish(tree, file)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert not (tree / "docs").exists()


def test_figures_join_where_there_are_some(tree: Path) -> None:
    figures = {"gateways": {SPOE: {"of_itself": 0.47, "added_p99_ms": 0.51}}, "measured": "today"}
    keep(tree, "docs/cost.json", json.dumps(figures))
    file = keep(tree, "a.json", storage.dump(comparison([outcome(SPOE)])))
    done = publish(tree, file)
    assert done.returncode == 0, done.stderr
    for name in ("README.md", *OUTPUTS[1:]):
        text = (tree / name).read_text()
        assert "47 %" in text
        assert "0.5 ms" in text
    keep(tree, "docs/cost.json", "{")
    assert publish(tree, file).returncode == 2


def test_a_part_or_one_gateway_never_takes_from_what_is_published(tree: Path) -> None:
    everything = storage.dump(comparison([outcome(SPOE), outcome(RING)]))
    assert publish(tree, keep(tree, "all.json", everything)).returncode == 0
    before = {name: (tree / name).read_text() for name in (*OUTPUTS, "README.md")}
    one = keep(tree, "reports/comparison.json", storage.dump(comparison([outcome(SPOE)])))
    part = replace(comparison([outcome(SPOE), outcome(RING, status="unplayed")]))
    part = replace(part, runs=(run(whole=False),))
    for file, told in ((one, RING), (keep(tree, "part.json", storage.dump(part)), "only a part")):
        done = publish(tree, file)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert told in done.stderr
        assert {name: (tree / name).read_text() for name in before} == before
    assert publish(tree, "docs/comparison.json", one).returncode == 0, "both together are enough"
