import subprocess
from pathlib import Path

import pytest

from comparison import age
from comparison.model import Run


def test_a_run_of_before_commits_were_recorded_is_not_called_older() -> None:
    run = Run("2026-01-01T00:00:00Z", "local", "Linux", 1, True, "")
    assert (run.commit, run.changed) == ("", False)
    assert not age.is_older(run.commit)
    assert not age.is_older("no such commit")


def test_what_a_verdict_depends_on_makes_a_run_older(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(age, "ROOT", tmp_path)
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "a.feature").write_text("Feature: A\n")
    git = ("git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.invalid")
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "A")):
        subprocess.run([*git, *command], check=True)
    played = age.commit()
    assert len(played) == 12
    assert not age.is_changed()
    (tmp_path / "README.md").write_text("Told otherwise\n")
    assert not age.is_older(played)
    (tmp_path / "features" / "a.feature").write_text("Feature: B\n")
    assert age.is_changed()
    assert age.is_older(played)
