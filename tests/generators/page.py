"""docs/gal.md: what GAL makes of the policy: a table a gateway, a column a version."""

import os
import re
from collections.abc import Iterator, Sequence

from comparison.plain import in_markdown
from features.reporting.tried import Found
from tests.generators.judged import Judged, PromiseVerdict
from tests.generators.table import COUNTED, clipped, why_nothing

_LONGEST, _MOST_LINES = 220, 4
_NO_LOG = " gateway said last: nothing"
_AT = re.compile(r" at 127\.0\.0\.1:\d+|(?<=bytes) after [\d.]+ s")
_ID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_HEAD = """\
# What a generator makes of the same policy

[GAL](https://github.com/pt9912/x-gal) generates configurations from a policy. Given
[ours](../docker/mirroring-config.yaml), its configurations of five gateways were started and judged
by {promises} of the [promises](comparison.md). Made by `make spec-gal` on {date}, at commit
{commit} of this project, with
{versions}.

* A configuration is started as it was generated, unchanged but for addresses:
  the policy's upstream, its shadow, and where the gateway listens.
* *relocated*: where it does not start for want of files, directories or a user that a
  distribution's package would bring, those lines alone are exchanged, and it is started again.
  [replacements.py](../tests/generators/replacements.py) and
  [providers.py](../tests/generators/providers.py) say which.
* *limit*: a promise that is not kept; GAL claims none of them, so none is a failure.
* Each promise is linked to its scenario.

Of the {served} configurations that served clients, {silent} copied no request.

| gateway | program | kept | limits | not tried | why nothing was played |
| --- | --- | --- | --- | --- | --- |
"""


def render(every: Sequence[Judged]) -> str:
    """Return the document; at least one was judged."""
    plain = in_markdown(tuple(every))
    promises = max(len(each.verdicts) for each in plain)
    head = _HEAD.format(
        promises=promises or "none",
        date=max(each.date for each in plain),
        commit=", ".join(sorted({each.commit or "unknown" for each in plain})),
        served=sum(bool(each.verdicts) for each in plain),
        silent=sum(each.copies_nothing for each in plain),
        versions=" and ".join(dict.fromkeys(each.gal_told for each in plain)),
    )
    rows = (_row(_overview(each)) for each in plain)
    providers = dict.fromkeys(each.provider for each in plain)
    sections = (
        line for name in providers for line in _section([e for e in plain if e.provider == name])
    )
    return "\n".join([head + "\n".join(rows), *sections]) + "\n"


def _overview(judged: Judged) -> Sequence[str]:
    if judged.verdicts:
        return (judged.name, judged.program, *(str(judged.count(each)) for each in COUNTED), "")
    return (judged.name, judged.program or "—", "—", "—", "—", why_nothing(judged))


def _section(columns: Sequence[Judged]) -> Iterator[str]:
    """Yield the lines about one gateway."""
    yield from ("", f"## {columns[0].provider}")
    for judged in columns:
        if told := list(_told(judged)):
            yield from ("", f"{judged.name}:", "", *told)
    played = [each for each in columns if each.verdicts]
    if played:
        yield from ("", *_table(played))


def _told(judged: Judged) -> Iterator[str]:
    """Yield what was said of a configuration by GAL, by the program and by a first request."""
    yield from (f"* GAL logged: {line}" for line in judged.gal_said)
    yield from (f"* A first request: {_AT.sub('', line)}" for line in judged.first_look)
    if judged.not_run:
        yield f"* Not run: {judged.not_run}"
    if judged.refused:
        yield "* Serves nobody on route v1:" if judged.started else "* Does not start:"
    yield from (f"  * {clipped(line, _LONGEST)}" for line in judged.refused[:_MOST_LINES])
    if len(judged.refused) > _MOST_LINES:
        yield f"  * and {len(judged.refused) - _MOST_LINES} lines more"


def _table(played: Sequence[Judged]) -> Iterator[str]:
    """Yield a row for each promise that a column does not keep, then those that all keep."""
    promises = dict.fromkeys(name for each in played for name in each.verdicts)
    broken = [name for name in promises if not all(_keeps(each, name) for each in played)]
    kept = [_link(played, name) for name in promises if name not in broken]
    if broken:
        yield _row(("promise", *(each.name for each in played)))
        yield _row(("---",) * (len(played) + 1))
        for name in broken:
            yield _row((_link(played, name), *(_cell(each, name) for each in played)))
    if kept:
        who = played[0].name if len(played) == 1 else "all of these"
        yield from ("", f"Kept by {who}: {', '.join(kept)}.")


def _keeps(judged: Judged, promise: str) -> bool:
    found = judged.verdicts.get(promise)
    return found is not None and found.verdict == Found.KEPT


def _cell(judged: Judged, promise: str) -> str:
    found = judged.verdicts.get(promise)
    if found is None:
        return "not chosen"
    why = _ID.sub("…", found.why.removesuffix(_NO_LOG))
    return f"{found.verdict}: {clipped(why, _LONGEST)}" if why else found.verdict


def _link(played: Sequence[Judged], promise: str) -> str:
    found: PromiseVerdict = next(e.verdicts[promise] for e in played if promise in e.verdicts)
    file, _, line = found.scenarios[0].rpartition(":")
    return f"[{found.title}]({os.path.relpath(file, 'docs')}#L{line})"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
