"""The table in the terminal: of each generated configuration the counts, or why there are none."""

from collections.abc import Sequence

from features.reporting.tried import Found
from features.support.telling import printable
from tests.generators.judged import Judged

COUNTED = (Found.KEPT, Found.LIMIT, Found.NOT_TRIED)
_HEAD = ("gateway", "kept", "limits", "not tried", "why nothing was played")
_LONGEST = 110  # characters of a message


def render(every: Sequence[Judged]) -> list[str]:
    """Return the lines, a gateway each."""
    rows = [_HEAD, *(_row(each) for each in every)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(_HEAD) - 1)]
    return [printable("  ".join([*map(str.ljust, row, widths), row[-1]])).rstrip() for row in rows]


def _row(judged: Judged) -> tuple[str, ...]:
    if judged.verdicts:
        return (judged.name, *(str(judged.count(each)) for each in COUNTED), "")
    return (judged.name, "-", "-", "-", why_nothing(judged))


def why_nothing(judged: Judged) -> str:
    """Say in one line why nothing of a gateway was played."""
    if judged.not_run:
        return f"not run: {judged.not_run}"
    verdict = "serves nobody on route v1" if judged.started else "does not start"
    more = f" (the first of {len(judged.refused)} lines)" if judged.refused[1:] else ""
    return f"{verdict}: {clipped(judged.refused[0], _LONGEST)}{more}"


def clipped(text: str, most: int) -> str:
    """Return a text without its middle: programs say in the end what is wrong."""
    if len(text) <= most:
        return text
    half = (most - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"
