"""Whether a target is met is computed from what was measured, and nothing is claimed without."""

from bench.figures import summarise
from bench.rows import FROZEN, MIRRORED, PLAIN, WELL
from bench.targets import TargetVerdict, judge
from tests.bench.samples import LUA, SPOE, fixed, rows


def _verdict(
    verdicts: list[TargetVerdict], gateway: str, condition: str, what: str
) -> TargetVerdict:
    (found,) = [
        each
        for each in verdicts
        if (each.target.gateway, each.target.condition) == (gateway, condition)
        and what in each.target.what
    ]
    return found


def test_the_median_decides() -> None:
    verdicts = judge(summarise(rows()))
    assert _verdict(verdicts, LUA, WELL, "requests/s, of plain").met is True
    assert _verdict(verdicts, SPOE, WELL, "CPU of the agent").met is True
    assert _verdict(verdicts, SPOE, FROZEN, "requests/s").met is False
    assert _verdict(verdicts, "HAProxy with a log ring", WELL, "CPU").met is None


def test_one_copy_lost_in_one_round_is_a_copy_lost() -> None:
    short = [fixed(1, LUA, MIRRORED, 1.5, copies=1999)]
    verdicts = judge(summarise([*rows(), *short]))
    assert _verdict(verdicts, LUA, WELL, "copies").met is False
    assert _verdict(verdicts, SPOE, WELL, "copies").met is True
    assert not [each for each in verdicts if each.target.gateway == PLAIN]
