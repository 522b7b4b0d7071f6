"""How long clients wait for their answers, and which of them wait for longer than others."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import inf
from statistics import median

from features.support.checks import answers
from features.support.scene import Scene
from features.support.waiting import patient
from features.support.wire.client import Exchange, send_alternately
from features.support.wire.exchange import Answer

_LATE = 0.5  # seconds after which an answer is late
_SHOWN = 5  # examples in a message
# How much slower clients may be served on the mirrored route, in seconds or times: whichever is
# more. Many at once keep all processors busy, so that what a tool itself needs of them counts, too.
_ONE, _MANY = (0.005, 1.5), (0.02, 2.5)
_ALONE = "one at a time"
_PER_CLIENT = 8  # rounds of each of many clients
_WITHIN = 3.0  # seconds of sending; who is slow has shown it by then
_DECILE = 0.9


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
        found += [] if _took(each) >= _LATE else [f"{each.sent}: this was not late: {each.answer}"]
    return found


def _took(exchange: Exchange) -> float:
    """Return the seconds that an answer took; no answer took for ever."""
    return exchange.answer.elapsed if isinstance(exchange.answer, Answer) else inf


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


@dataclass(frozen=True)
class Waits:
    """Seconds that clients were kept: half of them no longer than, nine in ten no longer than."""

    half: float
    most: float

    def __str__(self) -> str:
        """Say both in milliseconds."""
        return f"median {self.half * 1000:.1f} ms, slowest tenth {self.most * 1000:.1f} ms"


def compare_routes(scene: Scene, rounds: int, clients: int) -> dict[str, list[Exchange]]:
    """Send requests on v1 and v3 alternately, one at a time and by so many clients at once."""
    send = partial(send_alternately, scene.entry, ("/api/v1", "/api/v3"), within=_WITHIN)
    found = {_ALONE: send(rounds)}
    with ThreadPoolExecutor(clients) as pool:
        parts = pool.map(send, [_PER_CLIENT] * clients)
        found[f"{clients} clients at once"] = [each for part in parts for each in part]
    scene.exchanges += [each for part in found.values() for each in part]
    return found


def waits_of(exchanges: Sequence[Exchange], target: str) -> Waits:
    """Return how long clients were kept who sent to a target; all must have got an answer."""
    taken = sorted(
        each.answer.elapsed
        for each in exchanges
        if each.sent.target == target and isinstance(each.answer, Answer)
    )
    if not taken:
        raise AssertionError(f"no request to {target} was answered")
    return Waits(median(taken), taken[int(len(taken) * _DECILE)])


def check_as_fast(compared: Mapping[str, Sequence[Exchange]]) -> list[str]:
    """Say how v1 was answered more slowly than v3, in the median or the slowest tenth."""
    found = []
    for how, exchanges in compared.items():
        mirrored, plain = waits_of(exchanges, "/api/v1"), waits_of(exchanges, "/api/v3")
        bounds = _ONE if how == _ALONE else _MANY
        if mirrored.half > _bound(plain.half, *bounds) or mirrored.most > _bound(
            plain.most, *bounds
        ):
            found.append(f"{how}: v1 {mirrored}; v3 {plain}")
    return found


def check_later(compared: Mapping[str, Sequence[Exchange]], least: float, most: float) -> list[str]:
    """Say how the median on v1 was not later than on v3 by so many seconds."""
    found = []
    for how, exchanges in compared.items():
        delay = waits_of(exchanges, "/api/v1").half - waits_of(exchanges, "/api/v3").half
        if not least <= delay <= patient(most):
            found.append(f"{how}: v1 was {delay:.3f} s later")
    return found


def _bound(seconds: float, more: float, times: float) -> float:
    return max(seconds + patient(more), seconds * patient(times))
