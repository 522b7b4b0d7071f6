"""How long clients wait for their answers, and which of them wait for longer than others."""

from collections.abc import Sequence

from features.support.checks import answers
from features.support.wire.client import Exchange
from features.support.wire.exchange import Answer

_LATE = 0.5  # seconds after which an answer is late
_SHOWN = 5  # examples in a message


def check_durations(exchanges: Sequence[Exchange], seconds: float) -> list[str]:
    """Say which answers took longer than so many seconds."""
    return [wrong for each in exchanges for wrong in answers.check_duration(each, seconds)]


def check_only_later_delayed(exchanges: Sequence[Exchange], most: float) -> list[str]:
    """Say how others were late than those that came later on the kept connection, or how much.

    The second half of the exchanges came on the kept connection.
    """
    half = len(exchanges) // 2
    found = [
        wrong for each in exchanges[: half + 1] for wrong in answers.check_duration(each, _LATE)
    ]
    for each in exchanges[half + 1 :]:
        found += answers.check_duration(each, most)
        found += _check_late(each)
    return found


def _check_late(exchange: Exchange) -> list[str]:
    """Say how an answer was not late; patience, which is for slow machines, makes none late."""
    answer = exchange.answer
    if not isinstance(answer, Answer) or answer.elapsed >= _LATE:
        return []
    return [f"this was not late, it took {answer.elapsed:.3f} s: {exchange.sent}"]


def check_interruptions(
    exchanges: Sequence[Exchange], count: range, soon: float, late: float
) -> list[str]:
    """Say how not so many requests suffered: got no proper answer, or one after `soon` s.

    None may have been answered after `late` s.
    """
    suffered = [
        wrong
        for each in exchanges
        for wrong in answers.check_answer(each) or answers.check_duration(each, soon)
    ]
    found = [wrong for each in exchanges for wrong in _check_not_before(each, late)]
    if len(suffered) not in count:
        found += [
            f"{len(suffered)} of {len(exchanges)} requests suffered",
            *suffered[:_SHOWN],
        ]
    return found


def _check_not_before(exchange: Exchange, seconds: float) -> list[str]:
    """Say how a client was kept for longer than so many seconds, whatever it got then."""
    return answers.check_duration(exchange, seconds) if exchange.status else []
