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
    assert _verdict(verdicts, SPOE, WELL, "requests/s, of plain").met is True
    assert _verdict(verdicts, SPOE, WELL, "CPU of the agent").met is True
    assert _verdict(verdicts, SPOE, WELL, "p99 added").met is True


def test_a_gateway_that_answers_nobody_misses_its_target() -> None:
    assert _verdict(judge(summarise(rows())), SPOE, FROZEN, "requests/s").met is False


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    missing = _verdict(judge(summarise(rows())), "HAProxy with a log ring", WELL, "CPU")
    assert missing.met is None
    assert missing.measured is None


def test_one_copy_lost_in_one_round_is_a_copy_lost() -> None:
    short = [fixed(1, LUA, MIRRORED, 1.5, copies=1999)]
    verdicts = judge(summarise([*rows(), *short]))
    assert _verdict(verdicts, LUA, WELL, "copies").met is False
    assert _verdict(verdicts, SPOE, WELL, "copies").met is True
    assert not [each for each in verdicts if each.target.gateway == PLAIN]
