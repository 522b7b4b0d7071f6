"""Break the product in many small ways and see that the specification notices each.

python -m tests.mutants [--list] [NAME ...]; exit code 1 when a mutant survives, when a scenario
fails that has nothing to do with it, or when a patch no longer fits.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from features.support.errors import StackError
from features.support.gateways.catalogue import CATALOGUE
from features.support.options import parse
from features.support.stack import choose
from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import Mutant, Patch, PatchError
from tests.runs import ROOT, Run, behave

# Nobody reads the comparison of a broken tree.
_WITHOUT_COMPARISON = Patch(
    "behave.ini",
    "\n    comparison\noutfiles = reports/allure-results\n    reports/comparison.json",
    "\noutfiles = reports/allure-results",
)
_AT_ONCE = 5  # a run mostly waits for health checks
_UNBROKEN = Mutant("unbroken", "nothing: the tree as it is", (), ())


def main(arguments: Sequence[str]) -> int:
    """Run the named mutants, or all, and the unbroken tree beside them."""
    known = {mutant.name: mutant for mutant in MUTANTS}
    if arguments == ["--list"]:
        print("\n".join(f"{mutant.name}: {mutant.breaks}" for mutant in MUTANTS))
        return 0
    strange = [name for name in arguments if name not in known]
    if strange:
        print(f"no such mutant: {strange[0]} (--list names them)", file=sys.stderr)
        return 2
    asked = [known[name] for name in arguments] or list(MUTANTS)
    reasons = {mutant.name: reason for mutant in asked if (reason := _why_not(mutant))}
    for name, reason in reasons.items():
        print(f"not run {name}: {reason}")
    chosen = [_UNBROKEN, *(mutant for mutant in asked if mutant.name not in reasons)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        verdicts = zip(chosen, pool.map(_verdict, chosen), strict=True)
        right = [_report(mutant, verdict) for mutant, verdict in verdicts]
    counts = (f"{sum(right)} passed", f"{len(right) - sum(right)} failed")
    print(", ".join([*counts, *([f"{len(reasons)} skipped"] if reasons else [])]))
    return 0 if all(right) else 1


def _verdict(mutant: Mutant) -> list[str]:
    """Return what is wrong with how the specification took the mutant."""
    with TemporaryDirectory(prefix="mutant-") as directory:
        tree = Path(directory)
        _copy_tree(tree)
        try:
            _WITHOUT_COMPARISON.apply(tree)
            mutant.plant(tree)
        except PatchError as reason:
            return [str(reason)]
        chosen = [word for name in mutant.names for word in ("--name", name)]
        run = behave(["-D", f"stack={mutant.stack}", *chosen, *mutant.features_to_play], tree=tree)
    return _judge(mutant, run)


def _why_not(mutant: Mutant) -> str | None:
    """Return why a mutant cannot be played here."""
    if not mutant.only:
        return None
    try:
        stack = choose(parse({"stack": mutant.stack}))
    except StackError as reason:
        return str(reason)
    return stack.why_not(CATALOGUE[mutant.only])


def _judge(mutant: Mutant, run: Run) -> list[str]:
    if not run.outcomes or run.aborted:
        reasons = [line for line in run.output.splitlines() if "ABORTED:" in line]
        return [f"the run ended early: {reason.strip()}" for reason in reasons or [run.output]]
    wrong = [f"survived: {title}" for title in mutant.survived(run.played, run.failed)]
    return wrong + [f"unrelated: {title}" for title in mutant.unrelated(run.failed)]


def _report(mutant: Mutant, wrong: Sequence[str]) -> bool:
    print(f"{'ok    ' if not wrong else 'FAILED'} {mutant.name}: {mutant.breaks}", flush=True)
    for each in wrong:
        print(f"         {each}", flush=True)
    return not wrong


def _copy_tree(tree: Path) -> None:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    # What Python has compiled here it need not compile in each tree.
    for compiled in [
        *ROOT.glob("features/**/__pycache__"),
        *ROOT.glob("comparison/**/__pycache__"),
    ]:
        shutil.copytree(compiled, tree / compiled.relative_to(ROOT), dirs_exist_ok=True)
    if (ROOT / "tools").is_dir():  # built here, and no part of the repository
        (tree / "tools").symlink_to(ROOT / "tools")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
