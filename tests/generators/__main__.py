"""What GAL makes of the policy, provider by provider, judged by the promises.

python -m tests.generators [--only NAME] [--source DIRECTORY] [--into DIRECTORY]
The installed version of GAL is tried, and the checkouts that --source names. What came of each is
kept in reports/generators/; --only plays some anew and takes the others from there. A limit is no
failure: exit code 1 when of one configuration nothing could be found out, 2 for wrong arguments.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from comparison.publish import write
from tests.generators import judged as stored
from tests.generators import page, table
from tests.generators.judged import Judged
from tests.generators.playing import PlayingError, Trial, judge
from tests.generators.providers import PROVIDERS, Provider
from tests.generators.versions import GalVersion, GenerationError, checkout, installed
from tests.runs import ROOT

KEPT = ROOT / "reports" / "generators"
_PAGE = "gal.md"
_NAMES = [each.name for each in PROVIDERS]


def main(arguments: Sequence[str]) -> int:
    """Play what is asked for, print the table and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.generators")
    parser.add_argument("--only", action="append", default=[], choices=_NAMES, help="a gateway")
    parser.add_argument("--source", action="append", default=[], type=Path, metavar="DIRECTORY")
    parser.add_argument("--into", type=Path, default=KEPT, metavar="DIRECTORY")
    asked = parser.parse_args(arguments)
    try:
        versions = [installed(), *map(checkout, asked.source)]
    except GenerationError as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    if not asked.only:
        shutil.rmtree(KEPT, ignore_errors=True)
    unknown = 0
    for provider in (each for each in PROVIDERS if each.name in (asked.only or _NAMES)):
        for version in versions:
            unknown += not _play(provider, version)
    found = list(_kept())
    if not found:
        return 1
    print("", *table.render(found), sep="\n")
    write(asked.into / _PAGE, page.render(found))
    print(f"\nPage: {asked.into / _PAGE}")
    return 1 if unknown else 0


def _play(provider: Provider, version: GalVersion) -> bool:
    """Play a provider's configuration, and again relocated where it does not start; tell of it."""
    trials = (Trial(provider, version), Trial(provider, version, relocated=True))
    for trial in trials:
        (KEPT / f"{trial.slug}.json").unlink(missing_ok=True)
    for trial in trials:
        try:
            found = judge(trial)
        except (GenerationError, PlayingError) as reason:
            print(f"error: not found out: {reason}", file=sys.stderr, flush=True)
            return False
        stored.keep(found, KEPT / f"{trial.slug}.json")
        print(f"{trial.name}: {_told(found)}", flush=True)
        if found.started or not provider.surroundings:
            break
    return True


def _told(found: Judged) -> str:
    if not found.verdicts:
        return table.why_nothing(found)
    return ", ".join(f"{found.count(each)} {each}" for each in table.COUNTED)


def _kept() -> Iterator[Judged]:
    """Yield what is kept: providers in their order, of each the released version first."""
    every = [stored.read(file) for file in KEPT.glob("*.json")]
    yield from sorted(
        every,
        key=lambda e: (_NAMES.index(e.provider), not e.released, e.gal, e.relocated),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
