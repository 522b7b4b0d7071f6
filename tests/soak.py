"""Run the specification many times; whatever fails once is a fault: flaky is broken."""

import sys
from collections import Counter

from tests.runs import behave


def main(arguments: list[str]) -> int:
    """Run it as often as the first argument says; the others go to behave."""
    if not arguments or not arguments[0].isdigit() or int(arguments[0]) < 1:
        print("soak: say how often, e.g. make soak N=20", file=sys.stderr)
        return 2
    times, rest = int(arguments[0]), arguments[1:]
    failed_runs, failures = 0, Counter[str]()
    for number in range(1, times + 1):
        run = behave([*rest, "features/"])
        failed_runs += run.code != 0
        failures.update(run.failures)
        passed = sum(run.count(feature)["passed"] for feature in run.outcomes)
        verdict = "ok" if run.code == 0 else f"FAILED (exit code {run.code})"
        print(
            f"run {number}/{times}: {passed} scenarios, {run.seconds:.1f} s, {verdict}", flush=True
        )
        if run.code != 0 and not run.failures:
            print(run.output[-2000:])
    for scenario, count in failures.most_common():
        print(f"  failed {count} of {times} times: {scenario}")
    print(f"{times - failed_runs} passed, {failed_runs} failed")
    return 1 if failed_runs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
