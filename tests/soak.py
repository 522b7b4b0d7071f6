"""Run the specification many times; whatever fails once is a fault: flaky is broken.

The Allure results of a run that failed stay in reports/soak/.
"""

import shutil
import sys
from collections import Counter

from tests.runs import ROOT, Run, behave

_RESULTS = ROOT / "reports" / "allure-results"
_KEPT = ROOT / "reports" / "soak"


def main(arguments: list[str]) -> int:
    """Run it as often as the first argument says; the others go to behave."""
    if not arguments or not arguments[0].isdigit() or int(arguments[0]) < 1:
        print("soak: say how often, e.g. make soak N=20", file=sys.stderr)
        return 2
    times, rest = int(arguments[0]), arguments[1:]
    failed_runs, failures = 0, Counter[str]()
    shutil.rmtree(_KEPT, ignore_errors=True)
    for number in range(1, times + 1):
        run = behave([*rest, "features/"])
        verdict = "ok" if run.code == 0 else f"FAILED (exit code {run.code})"
        print(
            f"run {number}/{times}: {run.passed} scenarios, {run.seconds:.1f} s, {verdict}",
            flush=True,
        )
        if run.code != 0:
            failed_runs += 1
            failures.update(run.failures)
            _keep(number, run)
    for scenario, count in failures.most_common():
        print(f"  failed {count} of {times} times: {scenario}")
    print(f"{times - failed_runs} passed, {failed_runs} failed")
    return 1 if failed_runs else 0


def _keep(number: int, run: Run) -> None:
    for line in run.trouble:
        print(f"  {line}", flush=True)
    if _RESULTS.is_dir():
        shutil.copytree(_RESULTS, _KEPT / str(number))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
