"""The specification on every HAProxy that people run: 2.6, 2.8, 3.0, 3.2 and 3.4.

Each version's Allure results and comparison stay in reports/matrix/; `make comparison` merges the
latter: make comparison FROM='reports/matrix/*/comparison.json'.
"""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from features.support.stack.engine import why_no_engine
from tests.runs import ROOT, Run, behave, finish

_RESULTS = ROOT / "reports" / "allure-results"
_GATEWAYS = "HAProxy,HAProxy with SPOE,HAProxy with Lua,HAProxy with a log ring"
_KEPT = ROOT / "reports" / "matrix"


@dataclass(frozen=True)
class Version:
    """A version of HAProxy, and the stack and the environment that bring it."""

    name: str
    stack: str
    environment: Mapping[str, str] = field(default_factory=dict)


VERSIONS = (
    Version("2.6", "docker", {"DEBIAN_RELEASE": "bookworm"}),
    Version("2.8", "local"),
    Version("3.0", "docker", {"DEBIAN_RELEASE": "trixie"}),
    Version("3.2", "docker", {"DEBIAN_RELEASE": "forky"}),
    Version("3.4", "docker", {"DEBIAN_RELEASE": "sid"}),
)


def main(arguments: Sequence[str]) -> int:
    """Run every version; arguments go to behave. Exit code 1 when one fails or does not run."""
    runs: dict[str, Run | str] = {}
    for version in VERSIONS:
        runs[version.name] = _why_not(version) or _run(version, arguments)
        print(f"HAProxy {version.name}: {_verdict(runs[version.name])}", flush=True)
    failed = [run for run in runs.values() if not (isinstance(run, Run) and run.code == 0)]
    print(f"\n{len(runs) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def _why_not(version: Version) -> str | None:
    """Return why a version cannot be played here; its base image is made where it is missing."""
    if version.stack != "docker":
        return None
    reason = why_no_engine()
    if reason:
        return reason
    release = version.environment["DEBIAN_RELEASE"]
    command = [str(ROOT / "docker" / "base-image.sh"), release]
    made = finish(*command)
    said = (made.stderr or made.stdout).strip().splitlines()
    return said[-1] if made.returncode else None


def _run(version: Version, arguments: Sequence[str]) -> Run:
    kept = _KEPT / version.name
    shutil.rmtree(kept, ignore_errors=True)
    comparison = ["-f", "comparison", "-o", str(kept / "comparison.json")]
    chosen = ["-D", f"stack={version.stack}", "-D", f"gateways={_GATEWAYS}", *comparison]
    chosen += arguments
    run = behave([*chosen, "features/"], version.environment)
    if _RESULTS.is_dir():
        shutil.copytree(_RESULTS, kept, dirs_exist_ok=True)
    return run


def _verdict(run: Run | str) -> str:
    if isinstance(run, str):
        return f"not run: {run}"
    told = f"{run.passed} passed, {len(run.failures)} failed ({run.seconds:.0f} s)"
    if run.code == 0:
        return told
    return "\n  ".join([told, *run.trouble])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
