"""The mutants fit the tree and the features, without playing them (make mutants plays them)."""

import shutil
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from behave.configuration import Configuration
from behave.parser import parse_file

from features.reporting import strict_limits
from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import Mutant, Patch, PatchError
from tests.runs import ROOT, behave
from tests.test_promises import PROMISES

# Scenarios that no mutant is made for, and why.
EXCUSED = {
    "configuration: A configuration with an unknown word*": "HAProxy's own parser is judged",
    "configuration: A configuration with a route*": "HAProxy's own parser is judged",
    "configuration: A configuration with a condition*": "HAProxy's own parser is judged",
    "configuration: A configuration with a certificate*": "HAProxy's own parser is judged",
    "configuration: A configuration with a Lua file*": "HAProxy's own parser is judged",
    "limitation: HAProxy refuses *": "HAProxy's own parser: one that mirrors would be the mutant",
    "limitation: No directive *": "HAProxy's own parser: one that mirrors would be the mutant",
    "limitation: The SPOE configuration that people copy *": "HAProxy's own parser is judged",
}


@pytest.fixture(scope="module")
def titles() -> set[str]:
    run = behave(["--dry-run", "features/"])
    return {
        f"{Path(file).stem}: {title.rpartition(' [')[0]}"
        for file, scenarios in run.outcomes.items()
        for title in scenarios
    }


def test_patches_fit_the_tree(tmp_path: Path) -> None:
    assert list(filter(None, (misfit(each, tmp_path) for each in MUTANTS))) == []


def misfit(mutant: Mutant, directory: Path) -> str | None:
    for file in {patch.file for patch in mutant.patches}:
        (directory / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, directory / file)
    try:
        mutant.plant(directory)
    except PatchError as reason:
        return f"{mutant.name}: {reason}"
    return None


def test_names_are_unique() -> None:
    names = [mutant.name for mutant in MUTANTS]
    assert sorted(set(names)) == sorted(names)


def test_killers_are_scenarios(titles: set[str]) -> None:
    killers = {killer for mutant in MUTANTS for killer in mutant.killers}
    killers -= {killer for killer in killers if strict_limits.TITLE in killer}
    assert [k for k in sorted(killers) if not any(fnmatchcase(t, k) for t in titles)] == []


def test_what_is_played_are_scenarios(titles: set[str]) -> None:
    chosen = {mutant.titles for mutant in MUTANTS}
    assert [each for each in sorted(chosen) if not any(each in title for title in titles)] == []


def test_killers_of_limits_name_a_promise_and_a_gateway_of_its_limit() -> None:
    features = [parse_file(str(file)) for file in (ROOT / "features").rglob("*.feature")]
    strict_limits.add(features, Configuration("", load_config=False))
    titles = {
        f"{Path(each.filename).stem}: {each.name}"
        for feature in features
        for each in feature.walk_scenarios()
        if isinstance(each, strict_limits.StrictScenario)
    }
    killers = {k for mutant in MUTANTS for k in mutant.killers if strict_limits.TITLE in k}
    assert len(killers) >= 2
    assert killers <= titles


def test_every_scenario_can_fail(titles: set[str]) -> None:
    noticed = [pattern for mutant in MUTANTS for pattern in mutant.killers] + list(EXCUSED)
    promised = {title for group in promised_titles().values() for title in group}
    plain = titles - promised
    assert [t for t in sorted(plain) if not any(fnmatchcase(t, p) for p in noticed)] == []


def test_every_promise_can_be_broken() -> None:
    noticed = [pattern for mutant in MUTANTS for pattern in mutant.killers]
    assert [
        promise
        for promise, group in promised_titles().items()
        if not any(fnmatchcase(title, pattern) for title in group for pattern in noticed)
    ] == []


def promised_titles() -> dict[str, set[str]]:
    """Return the titles of each promise's scenarios, as mutants name them."""
    return {
        promise: {f"{Path(s.filename).stem}: {s.name.partition(' -- @')[0]}" for s in scenarios}
        for promise, scenarios in PROMISES.items()
    }


def test_a_patch_that_no_longer_fits_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.cfg").write_text("bind one\n")
    with pytest.raises(PatchError, match=r"a\.cfg has 'bind two' 0 times, not 1"):
        Patch("a.cfg", "bind two", "").apply(tmp_path)
